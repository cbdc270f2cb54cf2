/**
 * COCO: coco.json with run lengths, exact for any reader of masks; coco-polygons.json with polygons along the pixel edges,
 * one a component, holes joined to their outer ring by a line of no width. With sets, a file for each besides.
 */
import { join } from 'node:path';
import { EXPORT_SETS } from '../../../shared/ipc';
import { componentPolygons, traceOutlines } from '../../../shared/mask';
import { extensionOf } from '../../study';
import { cocoInstance, writeCoco, type CocoImage } from '../coco';
import type { ExportJob, JobFrame, JobMask } from '../export-job';
import type { PlannedFrame } from '../export-plan';

export function exportCocoRle(job: ExportJob): Promise<void> {
  return exportCoco(job, 'coco', ({ label, mask, quality }) => cocoInstance(label.name, mask, quality ?? undefined));
}

export function exportCocoPolygons(job: ExportJob): Promise<void> {
  return exportCoco(job, 'coco-polygons', ({ label, mask, quality }) => {
    const instance = cocoInstance(label.name, mask, quality ?? undefined);
    return instance && { ...instance, segmentation: componentPolygons(mask) };
  });
}

type ToInstance = (mask: JobMask) => CocoImage['instances'][number] | undefined;

async function exportCoco(job: ExportJob, name: string, toInstance: ToInstance): Promise<void> {
  const { labels, project, hasSets, frames } = job.plan;
  const about = { labels: labels.map((label) => label.name), description: `${project}, SonoMask` };
  const sets = [undefined, ...(hasSets ? EXPORT_SETS : [])];
  const shared = sharedPaths(frames);
  for (const set of sets) {
    const part = frames.filter((frame) => !set || frame.set === set);
    if (part.length === 0) continue;
    let pass = 0;
    const images = (): AsyncIterable<CocoImage> | Iterable<CocoImage> =>
      // Images come first in the file: their sizes are known without looking at masks.
      ++pass === 1 ? part.map((frame) => imageOf(frame, shared)) : annotated();
    async function* annotated(): AsyncIterable<CocoImage> {
      for await (const each of set ? job.uncounted(part) : job.frames()) {
        if (!set && name === 'coco-polygons') noteHoles(job, each);
        yield { ...imageOf(each.frame, shared), instances: each.masks.flatMap((mask) => toInstance(mask) ?? []) };
      }
    }
    await writeCoco(join(job.folder, `${name}${set ? `-${set}` : ''}.json`), { ...about, images });
  }
}

/** Those that several images have: of folders of like content that were opened one after the other. */
function sharedPaths(frames: readonly PlannedFrame[]): ReadonlySet<string> {
  const first = new Map<string, number>();
  const shared = new Set<string>();
  for (const { relativePath, imageId } of frames) {
    if ((first.get(relativePath) ?? imageId) !== imageId) shared.add(relativePath);
    first.set(relativePath, imageId);
  }
  return shared;
}

function imageOf(frame: PlannedFrame, shared: ReadonlySet<string>): CocoImage {
  const { relativePath, frameCount, name, flatName, widthPx, heightPx } = frame;
  const own = shared.has(relativePath) ? `${name}${extensionOf(relativePath)}` : relativePath;
  // The frames of a loop are images of their own.
  const fileName = frameCount > 1 ? `${flatName}.png` : own;
  return { fileName, widthPx, heightPx, instances: [] };
}

function noteHoles(job: ExportJob, { frame, masks }: JobFrame): void {
  for (const { mask, label } of masks) {
    if (traceOutlines(mask).some(({ holes }) => holes.length > 0)) job.lost('bridged', frame, label.name);
  }
}
