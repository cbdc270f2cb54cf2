/**
 * NIfTI-1, one file an image: nifti/NAME.nii.gz, whose voxels are label numbers (nifti/labels.json) and whose third
 * dimension is the frames of a loop; frames without exported masks are 0 and not in nifti/frames.json. Where masks of
 * different labels overlap, NAME-layer-2.nii.gz, ... hold what has no room.
 */
import { mmPerPx } from '../../../shared/domain';
import type { Spacing } from '../../../shared/mask';
import type { ExportJob, JobFrame } from '../export-job';
import type { PlannedFrame } from '../export-plan';
import { layeredMaps, type LabelMap } from '../label-map';
import { encodeNifti } from '../nifti';

interface Volume {
  readonly first: PlannedFrame;
  readonly name: string;
  readonly layers: LabelMap[];
  readonly frames: number[];
}

export async function exportNifti(job: ExportJob): Promise<void> {
  const annotated: { file: string; source: string; frames: readonly number[] }[] = [];
  const write = async ({ first, name, layers, frames }: Volume): Promise<void> => {
    const { widthPx, heightPx, frameCount, calibration } = first;
    const scale = mmPerPx(calibration, [
      { x: 0, y: 0 },
      { x: widthPx, y: heightPx },
    ]);
    const spacingMm: Spacing | null = scale && [scale.x, scale.y];
    for (const [i, data] of layers.entries()) {
      const path = `nifti/${name}${i === 0 ? '' : `-layer-${i + 1}`}.nii.gz`;
      await job.write(path, await encodeNifti({ widthPx, heightPx, frameCount, spacingMm, data }));
    }
    annotated.push({ file: `${name}.nii.gz`, source: first.relativePath, frames });
  };
  // The frames of an image follow each other.
  let volume: Volume | undefined;
  for await (const each of job.frames()) {
    if (volume && volume.first.imageId !== each.frame.imageId) {
      await write(volume);
      volume = undefined;
    }
    volume ??= { first: each.frame, name: volumeName(each.frame), layers: [], frames: [] };
    add(volume, each, job);
  }
  if (volume) await write(volume);
  await job.writeJson('nifti/frames.json', annotated);
  const labels = job.plan.labels.map(({ name }, i) => ({ value: i + 1, name }));
  await job.writeJson('nifti/labels.json', [{ value: 0, name: 'background' }, ...labels]);
}

function add({ first, layers, frames }: Volume, { frame, masks }: JobFrame, job: ExportJob): void {
  const { widthPx, heightPx, frameCount } = first;
  if (frame.widthPx !== widthPx || frame.heightPx !== heightPx) return job.lost('no-pixels', frame);
  const pixels = widthPx * heightPx;
  for (const [i, map] of layeredMaps(job.countable({ frame, masks }), pixels).entries()) {
    (layers[i] ??= new Uint8Array(pixels * frameCount)).set(map, pixels * frame.frameIndex);
  }
  frames.push(frame.frameIndex);
}

function volumeName({ name, frameCount }: PlannedFrame): string {
  return frameCount > 1 ? name.replace(/-frame-\d+$/, '') : name;
}
