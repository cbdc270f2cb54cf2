/**
 * NIfTI-1, one file an image: nifti/NAME.nii.gz, whose voxels are label numbers (nifti/labels.json) and whose third
 * dimension is the frames of a loop; frames without exported masks are 0 and not in nifti/frames.json. Where masks of
 * different labels overlap, NAME-layer-2.nii.gz, ... hold what has no room. Masks of a NIfTI image have its dimensions,
 * spacing and orientation.
 */
import { mmPerPx, type Scale } from '../../../shared/domain';
import { niftiGeometry, type NiftiGeometry } from '../../study';
import type { ExportJob, JobFrame } from '../export-job';
import { imageName } from '../export-names';
import type { PlannedFrame } from '../export-plan';
import { layeredMaps, type LabelMap } from '../label-map';
import { encodeNifti, plainGeometry } from '../nifti';

interface Volume {
  readonly first: PlannedFrame;
  readonly name: string;
  readonly layers: LabelMap[];
  readonly frames: number[];
  /** Null where it is not known, or frames differ in it: a volume has one. */
  readonly scale: Scale | null;
}

export async function exportNifti(job: ExportJob): Promise<void> {
  const annotated: { file: string; source: string; frames: readonly number[] }[] = [];
  const write = async ({ first, name, layers, frames, scale }: Volume): Promise<void> => {
    const geometry = await geometryOf(first, scale);
    for (const [i, data] of layers.entries()) {
      const path = `nifti/${name}${i === 0 ? '' : `-layer-${i + 1}`}.nii.gz`;
      await job.write(path, await encodeNifti(geometry, data));
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
    const scale = scaleOf(each.frame);
    volume ??= { first: each.frame, name: imageName(each.frame), layers: [], frames: [], scale };
    if (volume.scale?.x !== scale?.x || volume.scale?.y !== scale?.y) volume = { ...volume, scale: null };
    add(volume, each, job);
  }
  if (volume) await write(volume);
  await job.writeJson('nifti/frames.json', annotated);
  const labels = job.plan.labels.map(({ name }, i) => ({ value: i + 1, name }));
  await job.writeJson('nifti/labels.json', [{ value: 0, name: 'background' }, ...labels]);
}

function scaleOf({ calibration, widthPx, heightPx }: PlannedFrame): Scale | null {
  return mmPerPx(calibration, [
    { x: 0, y: 0 },
    { x: widthPx, y: heightPx },
  ]);
}

async function geometryOf({ absolutePath, ...frame }: PlannedFrame, scale: Scale | null): Promise<NiftiGeometry> {
  const { widthPx, heightPx, frameCount } = frame;
  const own = await niftiGeometry(absolutePath);
  const [rank = 0, width, height, ...others] = own?.dims ?? [];
  const frames = others.slice(0, Math.max(rank - 2, 0)).reduce((product, size) => product * size, 1);
  if (own && width === widthPx && height === heightPx && frames === frameCount) return own;
  return plainGeometry(widthPx, heightPx, frameCount, scale && [scale.x, scale.y]);
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
