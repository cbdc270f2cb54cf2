/** Row-major copies of strided views, on raw elements of 1, 2, 4 or 8 bytes. No arithmetic, no element types. */

/** True if the elements lie in row-major order without gaps. Strides of axes of size 1 do not matter. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

function rawElements(bytes: Uint8Array, elementBytes: number): Uint8Array | Uint16Array | Uint32Array | BigUint64Array {
  const { buffer, byteOffset } = bytes;
  const length = bytes.byteLength / elementBytes;
  switch (elementBytes) {
    case 8:
      return new BigUint64Array(buffer, byteOffset, length);
    case 4:
      return new Uint32Array(buffer, byteOffset, length);
    case 2:
      return new Uint16Array(buffer, byteOffset, length);
    default:
      return bytes;
  }
}

/**
 * Copies the view of `shape` and `strides` (in elements, from the first element of `source`) into row-major order.
 * `source` must reach the view's last element and begin at a multiple of 8 bytes in its buffer.
 */
export function gatherRowMajor(
  source: Uint8Array,
  elementBytes: number,
  shape: readonly number[],
  strides: readonly number[],
): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1);
  const target = new Uint8Array(count * elementBytes);
  const from = rawElements(source, elementBytes);
  const to = rawElements(target, elementBytes);
  const index = new Array<number>(shape.length).fill(0);
  let position = 0;
  for (let i = 0; i < count; i++) {
    to[i] = from[position] as number & bigint;
    // Step the last axis; where it is at its end, back to its beginning and step the one before.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis] as number;
      const stride = strides[axis] as number;
      const at = (index[axis] as number) + 1;
      if (at < size) {
        index[axis] = at;
        position += stride;
        break;
      }
      index[axis] = 0;
      position -= stride * (size - 1);
    }
  }
  return target;
}
