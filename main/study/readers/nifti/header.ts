/** The header of NIfTI-1 (nifti1.h, NIMH 2003): what the voxels are and where they lie in space. Not the voxels. */
import { AppError } from '../../../../shared/errors';
import { VOXEL_TYPES, type VoxelType } from '../voxels';

export const NIFTI_HEADER_BYTES = 348;

/** Where voxels lie in space, as NIfTI has it: copied from an image to its masks, never computed with. */
export interface NiftiGeometry {
  /** Number of dimensions, then the size of each: 8 numbers. */
  readonly dims: readonly number[];
  /** qfac, then the step of each dimension: 8 numbers. */
  readonly steps: readonly number[];
  /** Units of space and time (xyzt_units). */
  readonly units: number;
  /** qform_code, sform_code. */
  readonly forms: readonly number[];
  /** quatern_b to qoffset_z, srow_x, srow_y, srow_z: 18 numbers. */
  readonly placement: readonly number[];
}

export interface NiftiHeader {
  readonly geometry: NiftiGeometry;
  readonly bigEndian: boolean;
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of the third dimension, and of all others. */
  readonly slices: number;
  readonly volumes: number;
  readonly type: VoxelType;
  readonly channels: 1 | 3 | 4;
  /** Of the first voxel, in the unpacked file. */
  readonly offset: number;
  readonly slope: number;
  readonly intercept: number;
  /** cal_min and cal_max: what is to be shown from black to white. */
  readonly calibrated: readonly [low: number, high: number];
}

/** By nifti1.h's datatype codes. */
const TYPES: Readonly<Record<number, readonly [VoxelType, channels: NiftiHeader['channels']]>> = {
  2: [VOXEL_TYPES.uint8, 1],
  4: [VOXEL_TYPES.int16, 1],
  8: [VOXEL_TYPES.int32, 1],
  16: [VOXEL_TYPES.float32, 1],
  64: [VOXEL_TYPES.float64, 1],
  128: [VOXEL_TYPES.uint8, 3],
  256: [VOXEL_TYPES.int8, 1],
  512: [VOXEL_TYPES.uint16, 1],
  768: [VOXEL_TYPES.uint32, 1],
  2304: [VOXEL_TYPES.uint8, 4],
};

/** True for the first bytes of a NIfTI file of either version, alone or with its voxels in another file. */
export function isNifti(head: Uint8Array): boolean {
  if (head.length < NIFTI_HEADER_BYTES) return false;
  const view = viewOf(head);
  const size = [view.getInt32(0, true), view.getInt32(0, false)];
  const letters = (at: number): string => Buffer.from(head.subarray(at, at + 3)).toString('latin1');
  return (size.includes(348) && /^n[+i]1$/.test(letters(344))) || (size.includes(540) && /^n[+i]2$/.test(letters(4)));
}

/**
 * @param bytes at least the first 348
 * @throws AppError `format-corrupt`, or `format-unknown` for what NIfTI allows and this cannot read
 */
export function readNiftiHeader(bytes: Uint8Array, path: string): NiftiHeader {
  const refuse = (code: 'format-corrupt' | 'format-unknown', reason: string): AppError =>
    new AppError(code, path, `${path}: ${reason}`);
  if (bytes.length < NIFTI_HEADER_BYTES) throw refuse('format-corrupt', 'truncated in the header');
  const view = viewOf(bytes);
  const little = view.getInt32(0, true) === NIFTI_HEADER_BYTES;
  if (!little && view.getInt32(0, false) !== NIFTI_HEADER_BYTES) {
    throw refuse('format-unknown', 'no NIfTI-1 header; NIfTI-2 cannot be read');
  }
  if (bytes[345] === 0x69) {
    throw refuse('format-unknown', 'a NIfTI header whose voxels are in another file (.img); single files can be read');
  }
  const int16 = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => view.getInt16(at + 2 * i, little));
  const float32 = (at: number, count: number): number[] =>
    Array.from({ length: count }, (_, i) => view.getFloat32(at + 4 * i, little));
  const dims = int16(40, 8);
  const [rank = 0, widthPx = 0, heightPx = 0] = dims;
  if (rank < 2 || rank > 7 || dims.slice(1, rank + 1).some((size) => size < 1)) {
    throw refuse('format-corrupt', `${dims.slice(1, 1 + Math.max(rank, 2)).join(' x ')} are no image or loop`);
  }
  const [slices = 1, volumes = 1, ...others] = dims.slice(3, rank + 1);
  if (others.some((size) => size > 1)) {
    throw refuse(
      'format-unknown',
      `${dims.slice(1, rank + 1).join(' x ')} voxels: at most four dimensions can be shown`,
    );
  }
  const [code = 0] = int16(70, 1);
  const known = TYPES[code];
  if (!known) throw refuse('format-unknown', `voxels of NIfTI datatype ${code} cannot be read`);
  const [offset = 0, slope = 0, intercept = 0] = float32(108, 3);
  // A slope of 0 means none (nifti1.h).
  const isScaled = slope !== 0 && Number.isFinite(slope) && Number.isFinite(intercept);
  const [high = 0, low = 0] = float32(124, 2);
  return {
    geometry: {
      ...{ dims, steps: float32(76, 8), units: view.getUint8(123) },
      ...{ forms: int16(252, 2), placement: float32(256, 18) },
    },
    ...{ bigEndian: !little, widthPx, heightPx, slices, volumes, type: known[0], channels: known[1] },
    offset: Number.isInteger(offset) && offset >= NIFTI_HEADER_BYTES ? offset : NIFTI_HEADER_BYTES + 4,
    slope: isScaled ? slope : 1,
    intercept: isScaled ? intercept : 0,
    calibrated: [low, high],
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
