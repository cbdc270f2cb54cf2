/** Types of samples as NIfTI and MetaImage store them, and their bytes as numbers. Not their meaning. */

export type Voxels =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export interface VoxelType {
  readonly name: string;
  readonly bytes: 1 | 2 | 4 | 8;
  readonly make: (bytes: ArrayBuffer) => Voxels;
}

const type = (name: string, bytes: VoxelType['bytes'], make: VoxelType['make']): VoxelType => ({ name, bytes, make });

export const VOXEL_TYPES = {
  uint8: type('uint8', 1, (bytes) => new Uint8Array(bytes)),
  int8: type('int8', 1, (bytes) => new Int8Array(bytes)),
  uint16: type('uint16', 2, (bytes) => new Uint16Array(bytes)),
  int16: type('int16', 2, (bytes) => new Int16Array(bytes)),
  uint32: type('uint32', 4, (bytes) => new Uint32Array(bytes)),
  int32: type('int32', 4, (bytes) => new Int32Array(bytes)),
  float32: type('float32', 4, (bytes) => new Float32Array(bytes)),
  float64: type('float64', 8, (bytes) => new Float64Array(bytes)),
} as const;

/** @param bytes a whole number of samples; they are copied, since arrays of several bytes must begin at a multiple of them */
export function toVoxels(bytes: Uint8Array, { bytes: size, make }: VoxelType, bigEndian: boolean): Voxels {
  const copy = Uint8Array.from(bytes);
  if (bigEndian && size > 1) swap(Buffer.from(copy.buffer), size);
  return make(copy.buffer);
}

function swap(bytes: Buffer, size: number): void {
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}
