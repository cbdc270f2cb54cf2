/**
 * nnU-Net v2, 2D: Dataset001_NAME/imagesTr/CASE_0000.png, labelsTr/CASE.png (label numbers), dataset.json. The test set is
 * imagesTs and labelsTs; splits_final.json, for its folder of preprocessed data, keeps training and validation patients
 * apart. One label a pixel: where labels overlap the smaller mask is on top.
 */
import type { ExportJob } from '../export-job';
import { flatMap } from '../label-map';

export async function exportNnunet(job: ExportJob): Promise<void> {
  const { project, labels } = job.plan;
  const root = `Dataset001_${project.replace(/[^A-Za-z0-9]+/g, '') || 'SonoMask'}`;
  const cases = { train: [] as string[], val: [] as string[], test: [] as string[] };
  for await (const { frame, masks } of job.frames()) {
    const image = await job.pixels(frame);
    if (!image) continue;
    const { widthPx, heightPx, flatName, set } = frame;
    const { map, cut } = flatMap(job.countable({ frame, masks }), widthPx * heightPx);
    for (const { label } of cut) job.lost('overlap', frame, label.name);
    const part = set === 'test' ? 'Ts' : 'Tr';
    await job.writeGrey(`${root}/images${part}/${flatName}_0000.png`, image);
    await job.writeGrey(`${root}/labels${part}/${flatName}.png`, { widthPx, heightPx, data: map });
    cases[set].push(flatName);
  }
  await job.writeJson(`${root}/dataset.json`, {
    name: project,
    description: 'Exported by SonoMask',
    channel_names: { '0': 'ultrasound' },
    labels: { background: 0, ...Object.fromEntries(labels.map(({ name }, i) => [labelKey(name), i + 1])) },
    numTraining: cases.train.length + cases.val.length,
    file_ending: '.png',
    overwrite_image_reader_writer: 'NaturalImage2DIO',
  });
  await job.writeJson(`${root}/splits_final.json`, [{ train: cases.train, val: cases.val }]);
}

/** These two names mean something to nnU-Net. */
function labelKey(name: string): string {
  return name === 'background' || name === 'ignore' ? `${name} label` : name;
}
