/**
 * NIfTI-1 (nifti1.h, NIMH 2003), single file, gzipped, of one byte a voxel. The first voxel is the image's upper left
 * pixel, x runs fastest, then y, then frames: as ITK writes an image that knows no patient, whose x and y point to the
 * patient's left and back, which are negative in NIfTI.
 */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Spacing } from '../../shared/mask';

const HEADER_BYTES = 352;
const UINT8 = 2;
const MM = 2;
const compressed = promisify(gzip);

export interface NiftiVolume {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly frameCount: number;
  /** mm a pixel; null where it is not known: 1, without a unit. */
  readonly spacingMm: Spacing | null;
  /** [frameCount, heightPx, widthPx] */
  readonly data: Uint8Array;
}

export async function encodeNifti({
  widthPx,
  heightPx,
  frameCount,
  spacingMm,
  data,
}: NiftiVolume): Promise<Uint8Array> {
  const bytes = Buffer.alloc(HEADER_BYTES + data.length);
  const [x, y] = spacingMm ?? [1, 1];
  bytes.writeInt32LE(348, 0);
  [3, widthPx, heightPx, frameCount, 1, 1, 1, 1].forEach((n, i) => bytes.writeInt16LE(n, 40 + 2 * i));
  bytes.writeInt16LE(UINT8, 70);
  bytes.writeInt16LE(8, 72);
  // qfac 1, then the spacing; frames of a loop have no distance.
  [1, x, y, 1, 0, 0, 0, 0].forEach((step, i) => bytes.writeFloatLE(step, 76 + 4 * i));
  bytes.writeFloatLE(HEADER_BYTES, 108);
  bytes.writeFloatLE(1, 112);
  bytes.writeUInt8(spacingMm ? MM : 0, 123);
  bytes.write('SonoMask', 148, 'latin1');
  // Both forms say the same: qform by the quaternion of half a turn around z, sform by its matrix.
  bytes.writeInt16LE(1, 252);
  bytes.writeInt16LE(1, 254);
  bytes.writeFloatLE(1, 264);
  bytes.writeFloatLE(-x, 280);
  bytes.writeFloatLE(-y, 300);
  bytes.writeFloatLE(1, 320);
  bytes.write('n+1\0', 344, 'latin1');
  bytes.set(data, HEADER_BYTES);
  return compressed(bytes);
}
