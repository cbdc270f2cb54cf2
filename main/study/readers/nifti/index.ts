/**
 * NIfTI-1, plain or gzipped. Voxels are shown as they lie in the file: x to the right, y downwards, z (and then time) are
 * frames; where they lie in a body turns nothing. Converters of ultrasound, ITK among them, write the upper left pixel
 * first, and the masks that are imported and exported lie the same way.
 */
import type { Calibration } from '../../../../shared/domain';
import { isAppError } from '../../../../shared/errors';
import { withFile, type ByteSource } from '../byte-source';
import { inflatedBytes } from '../inflate';
import type { OpenImage } from '../reader';
import { uniformCalibration } from '../spacing';
import { openVolume } from '../volume';
import { isNifti, NIFTI_HEADER_BYTES, readNiftiHeader, type NiftiGeometry, type NiftiHeader } from './header';

export { isNifti, readNiftiHeader, type NiftiGeometry } from './header';

/** xyzt_units: millimetres to a unit of space, milliseconds to one of time. A unit that is not named is not guessed. */
const MM: Readonly<Record<number, number>> = { 1: 1_000, 2: 1, 3: 0.001 };
const MS: Readonly<Record<number, number>> = { 8: 1_000, 16: 1, 24: 0.001 };

/** @throws AppError `format-corrupt`, `format-unknown`, `too-large` */
export async function openNifti(file: ByteSource, packed: boolean): Promise<OpenImage> {
  const { path, size: sizeBytes } = file;
  const head = packed ? await inflatedHead(path) : await file.read(0, Math.min(NIFTI_HEADER_BYTES, sizeBytes));
  const header = readNiftiHeader(head, path);
  const { slices, volumes, offset, calibrated, geometry, ...rest } = header;
  const [low, high] = calibrated;
  const calibration = calibrationOf(header);
  const stepMs = (geometry.steps[4] ?? 0) * (MS[geometry.units & 0x38] ?? 0);
  // Of a stack of volumes most neighbours are slices, which no time lies between.
  const isLoop = slices === 1 && volumes > 1 && stepMs > 0 && Number.isFinite(stepMs);
  return openVolume({
    ...rest,
    ...{ format: 'nifti', path, sizeBytes, frameCount: slices * volumes },
    ...(high > low && rest.channels === 1 && { range: { low, high } }),
    data: packed ? { file: path, start: 0, packed, skip: offset } : { file: path, start: offset, packed, skip: 0 },
    ...(calibration && { calibration }),
    ...(isLoop && { frameTimeMs: stepMs }),
  });
}

/** The first bytes of a gzip file, unpacked: enough to know whether it is NIfTI. @throws AppError `format-corrupt` */
export function inflatedHead(path: string): Promise<Uint8Array> {
  return inflatedBytes(path, path, 0, NIFTI_HEADER_BYTES);
}

/** Where the voxels of an image lie, so that its masks can lie there too; undefined where it is no NIfTI that is read. */
export async function niftiGeometry(path: string): Promise<NiftiGeometry | undefined> {
  try {
    const start = await withFile(path, (file) => file.read(0, Math.min(NIFTI_HEADER_BYTES, file.size)));
    const head = start[0] === 0x1f && start[1] === 0x8b ? await inflatedHead(path) : start;
    return isNifti(head) ? readNiftiHeader(head, path).geometry : undefined;
  } catch (error) {
    // What is wrong with the image is told by who reads its pixels.
    if (isAppError(error) || (error instanceof Error && 'code' in error)) return undefined;
    throw error;
  }
}

function calibrationOf({ geometry }: NiftiHeader): Calibration | undefined {
  const mm = MM[geometry.units & 7] ?? 0;
  const [, x = 0, y = 0] = geometry.steps;
  return uniformCalibration('nifti', Math.abs(x) * mm, Math.abs(y) * mm);
}
