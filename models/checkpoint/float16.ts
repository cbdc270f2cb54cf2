/**
 * Conversions between 32-bit floats and the two 16-bit formats of checkpoints: IEEE half (F16) and bfloat16 (BF16), both
 * held as raw bits in a `Uint16Array`. Not a tensor library: flat arrays in, flat arrays out.
 */

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

let halfTable: Float32Array | undefined;

/** All 65,536 halves as floats: a look-up is several times faster than taking each number apart. */
function halfToFloatTable(): Float32Array {
  if (halfTable) return halfTable;
  const table = new Float32Array(65536);
  const bits = new Uint32Array(table.buffer);
  for (let half = 0; half < 65536; half++) {
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) {
      table[half] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
    } else {
      bits[half] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
    }
  }
  halfTable = table;
  return table;
}

/** Exact: every half is a float. NaN stays NaN, infinities and the sign of zero are kept. */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  const table = halfToFloatTable();
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = table[halves[i] as number] as number;
  return floats;
}

/** The half nearest to the float of these bits, ties to even; above 65,519 it is infinity. */
function halfOfBits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x47800000) return sign | 0x7c00; // 65,536 and more, or infinity
  if (magnitude < 0x38800000) {
    // Below 2^-14 a half counts in steps of 2^-24; that is the step of floats in [0.5, 1), so adding 0.5 rounds for us.
    scratchBits[0] = magnitude;
    scratchFloat[0] = (scratchFloat[0] as number) + 0.5;
    return sign | ((scratchBits[0] as number) - 0x3f000000);
  }
  const odd = (magnitude >>> 13) & 1;
  return sign | ((magnitude - 0x38000000 + 0xfff + odd) >>> 13);
}

/** Rounds to nearest, ties to even, as PyTorch's `.half()`. What exceeds a half's range becomes infinity. */
export function float32ToFloat16(floats: Float32Array): Uint16Array {
  const bits = new Uint32Array(floats.buffer, floats.byteOffset, floats.length);
  const halves = new Uint16Array(floats.length);
  for (let i = 0; i < bits.length; i++) halves[i] = halfOfBits(bits[i] as number);
  return halves;
}

/** Exact: a bfloat16 is the upper half of a float's bits. */
export function bfloat16ToFloat32(values: Uint16Array): Float32Array {
  const floats = new Float32Array(values.length);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < values.length; i++) bits[i] = (values[i] as number) << 16;
  return floats;
}
