/** Small NIfTI files for tests, right or wrong as they are wanted. */

interface NiftiParts {
  readonly dims: readonly number[];
  /** nifti1.h's code; 2: one unsigned byte. */
  readonly datatype?: number;
  /** Bytes of voxels there are; as many as `dims` promise where it is not given. */
  readonly voxels?: number;
}

export function niftiFile({ dims, datatype = 2, voxels }: NiftiParts): Buffer {
  const there = voxels ?? dims.reduce((product, size) => product * size, 1);
  const bytes = Buffer.alloc(352 + there);
  bytes.writeInt32LE(348, 0);
  [dims.length, ...dims].forEach((size, i) => bytes.writeInt16LE(size, 40 + 2 * i));
  bytes.writeInt16LE(datatype, 70);
  [1, 0.25, 0.5].forEach((step, i) => bytes.writeFloatLE(step, 76 + 4 * i));
  bytes.writeFloatLE(352, 108);
  bytes.writeUInt8(2, 123);
  bytes.write('n+1\0', 344, 'latin1');
  for (let i = 0; i < there; i++) bytes[352 + i] = (i * 37) % 256;
  return bytes;
}
