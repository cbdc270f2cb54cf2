/**
 * US30K, as SAMUS and AutoSAMUS train on it: us30k/DATASET/img/NAME.png and label/NAME.png (pixels are class numbers),
 * us30k/MainPatient/train.txt, val.txt and test.txt with a line `CLASS/DATASET/NAME` for every class on a frame, and
 * class.json with the number of classes, background included. Their loader takes lists called test* without the class,
 * hence test-DATASET.txt besides. One class a pixel: where labels overlap the smaller mask is on top.
 */
import { EXPORT_SETS } from '../../../shared/ipc';
import type { ExportJob } from '../export-job';
import { flatMap } from '../label-map';

export async function exportUs30k(job: ExportJob): Promise<void> {
  const { project, labels } = job.plan;
  const dataset = project.replace(/[^\p{L}\p{N}_-]+/gu, '-') || 'SonoMask';
  const lines: Record<string, string[]> = {};
  const tests: string[] = [];
  for await (const { frame, masks } of job.frames()) {
    const image = await job.pixels(frame);
    if (!image) continue;
    const { widthPx, heightPx, flatName: name, set } = frame;
    const { map, cut } = flatMap(job.countable({ frame, masks }), widthPx * heightPx);
    for (const { label } of cut) job.lost('overlap', frame, label.name);
    await job.writeGrey(`us30k/${dataset}/img/${name}.png`, image);
    await job.writeGrey(`us30k/${dataset}/label/${name}.png`, { widthPx, heightPx, data: map });
    const classes = [...new Set(map)].filter((value) => value > 0).sort((a, b) => a - b);
    (lines[set] ??= []).push(...classes.map((value) => `${value}/${dataset}/${name}`));
    if (set === 'test') tests.push(`${dataset}/${name}`);
  }
  const list = (entries: readonly string[]): string => entries.map((entry) => `${entry}\n`).join('');
  for (const set of EXPORT_SETS) await job.write(`us30k/MainPatient/${set}.txt`, list(lines[set] ?? []));
  await job.write(`us30k/MainPatient/test-${dataset}.txt`, list(tests));
  await job.writeJson('us30k/MainPatient/class.json', { [dataset]: labels.length + 1 });
  await job.writeJson(
    'us30k/labels.json',
    labels.map(({ name }, i) => ({ value: i + 1, name })),
  );
}
