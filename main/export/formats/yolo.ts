/**
 * YOLO segmentation (Ultralytics): yolo/images/SET/NAME.png, yolo/labels/SET/NAME.txt, yolo/data.yaml. A line a mask: its
 * class from 0, then one polygon along the pixel edges, in shares of width and height. The format has no holes and no
 * parts: they are joined by lines of no width, which an even-odd filling undoes; a reader that draws outlines shows them
 * one pixel wide.
 */
import { EXPORT_SETS } from '../../../shared/ipc';
import { wholePolygon } from '../../../shared/mask';
import type { ExportJob, JobMask } from '../export-job';

/** Half a pixel of the largest frame, several times over. */
const DIGITS = 8;

export async function exportYolo(job: ExportJob): Promise<void> {
  for await (const { frame, masks } of job.frames()) {
    const image = await job.pixels(frame);
    if (!image) continue;
    const { set, flatName } = frame;
    const lines = masks.map(({ mask, label, value }) => {
      const { polygon, parts, holes } = wholePolygon(mask);
      if (parts > 1 || holes > 0) job.lost('bridged', frame, label.name);
      return `${value - 1} ${shares(polygon, mask)}\n`;
    });
    await job.writeGrey(`yolo/images/${set}/${flatName}.png`, image);
    await job.write(`yolo/labels/${set}/${flatName}.txt`, lines.join(''));
  }
  const used = EXPORT_SETS.filter((set) => job.plan.frames.some((frame) => frame.set === set));
  const names = job.plan.labels.map(({ name }, i) => `  ${i}: ${JSON.stringify(name)}\n`);
  const folders = used.map((set) => `${set}: images/${set}\n`);
  await job.write('yolo/data.yaml', `path: .\n${folders.join('')}names:\n${names.join('')}`);
}

function shares(polygon: readonly number[], { widthPx, heightPx }: JobMask['mask']): string {
  return polygon.map((at, i) => Number((at / (i % 2 === 0 ? widthPx : heightPx)).toFixed(DIGITS))).join(' ');
}
