/**
 * NIfTI-1 (nifti1.h, NIMH 2003), single file, gzipped, of one byte a voxel. The first voxel is the image's upper left
 * pixel, x runs fastest, then y, then frames. Masks lie in space where their image does; those of an image that says
 * nothing of space as ITK writes one that knows no patient, whose x and y point to the patient's left and back, which are
 * negative in NIfTI.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Spacing } from '../../shared/mask';
import type { NiftiGeometry } from '../study';

const HEADER_BYTES = 352;
const UINT8 = 2;
const MM = 2;
const compressed = promisify(gzip);

/** @param spacingMm a pixel; null where it is not known: 1, without a unit. Frames of a loop have no distance. */
export function plainGeometry(
  widthPx: number,
  heightPx: number,
  frameCount: number,
  spacingMm: Spacing | null,
): NiftiGeometry {
  const [x, y] = spacingMm ?? [1, 1];
  return {
    dims: [3, widthPx, heightPx, frameCount, 1, 1, 1, 1],
    steps: [1, x, y, 1, 0, 0, 0, 0],
    units: spacingMm ? MM : 0,
    // Both forms say the same: qform by the quaternion of half a turn around z, sform by its matrix.
    forms: [1, 1],
    placement: [0, 0, 1, 0, 0, 0, -x, 0, 0, 0, 0, -y, 0, 0, 0, 0, 1, 0],
  };
}

/** @param data a byte a voxel, as many as the geometry has */
export async function encodeNifti(geometry: NiftiGeometry, data: Uint8Array): Promise<Uint8Array> {
  const { dims, steps, units, forms, placement } = geometry;
  const bytes = Buffer.alloc(HEADER_BYTES + data.length);
  const int16 = (values: readonly number[], at: number): void =>
    values.forEach((value, i) => bytes.writeInt16LE(value, at + 2 * i));
  const float32 = (values: readonly number[], at: number): void =>
    values.forEach((value, i) => bytes.writeFloatLE(value, at + 4 * i));
  bytes.writeInt32LE(348, 0);
  int16(dims, 40);
  int16([UINT8, 8], 70);
  float32(steps, 76);
  // Where the voxels begin; values are what they are.
  float32([HEADER_BYTES, 1], 108);
  bytes.writeUInt8(units, 123);
  bytes.write('SonoMask', 148, 'latin1');
  int16(forms, 252);
  float32(placement, 256);
  bytes.write('n+1\0', 344, 'latin1');
  bytes.set(data, HEADER_BYTES);
  return compressed(bytes);
}
