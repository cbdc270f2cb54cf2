/** PNG, one file a mask: masks/LABEL/NAME.png, or NAME-1.png, NAME-2.png, ... for several of a label. 0 and 255. */
import { encodeMaskPng } from '../mask-png';
import { labelFolders } from '../export-names';
import type { ExportJob } from '../export-job';

export async function exportPng(job: ExportJob): Promise<void> {
  const { labels, frames } = job.plan;
  const folders = labelFolders(labels.map(({ name }) => name));
  const folderOf = new Map(labels.map(({ id }, i) => [id, folders[i] ?? String(id)]));
  const frameNames = new Set(frames.map(({ name }) => name.toLowerCase()));
  for await (const { frame, masks } of job.frames()) {
    for (const { labelId, mask } of masks) {
      const same = masks.filter((other) => other.labelId === labelId);
      let name = frame.name;
      if (same.length > 1) {
        name += `-${same.findIndex((other) => other.mask === mask) + 1}`;
        // A frame may be called like another one's mask.
        while (frameNames.has(name.toLowerCase())) name += '_';
      }
      await job.write(`masks/${folderOf.get(labelId) ?? labelId}/${name}.png`, encodeMaskPng(mask));
    }
  }
}
