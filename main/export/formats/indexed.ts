/**
 * PNG with a palette, one file a frame: indexed/NAME.png, whose pixels are the labels' numbers in indexed/labels.json. Where
 * masks of different labels overlap, NAME-layer-2.png, ... hold what has no room: no pixel is lost. Masks of one label run
 * together.
 */
import type { ExportJob } from '../export-job';
import { encodeIndexedPng, rgb } from '../indexed-png';
import { layeredMaps } from '../label-map';

export async function exportIndexed(job: ExportJob): Promise<void> {
  const { labels } = job.plan;
  const colours = [rgb('#000000'), ...labels.map(({ colour }) => rgb(colour))];
  for await (const { frame, masks } of job.frames()) {
    const { widthPx, heightPx } = frame;
    const layers = layeredMaps(job.countable({ frame, masks }), widthPx * heightPx);
    for (const [i, layer] of layers.entries()) {
      const name = i === 0 ? frame.name : `${frame.name}-layer-${i + 1}`;
      await job.write(`indexed/${name}.png`, encodeIndexedPng(layer, widthPx, heightPx, colours));
    }
  }
  await job.writeJson('indexed/labels.json', [
    { value: 0, name: 'background' },
    ...labels.map(({ name, colour }, i) => ({ value: i + 1, name, colour })),
  ]);
}
