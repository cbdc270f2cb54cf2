/** Gaussian smoothing, separable; beyond its border an image goes on as at the border. Not a filter for display. */

/**
 * @param values [height, width], row-major
 * @param sigma of the Gaussian, pixels; it is cut off at three of them
 * @returns [height, width], smoothed
 */
export function gaussianBlur(values: ArrayLike<number>, width: number, height: number, sigma: number): Float32Array {
  const reach = Math.ceil(3 * sigma);
  const weights = Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-(((i - reach) / sigma) ** 2) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const kernel = Float32Array.from(weights, (weight) => weight / total);
  const across = blurred(values, kernel, { count: height, stride: width, length: width, step: 1 });
  return blurred(across, kernel, { count: width, stride: 1, length: height, step: width });
}

interface Lines {
  readonly count: number;
  /** From line to line. */
  readonly stride: number;
  readonly length: number;
  /** From pixel to pixel of a line. */
  readonly step: number;
}

function blurred(
  values: ArrayLike<number>,
  kernel: Float32Array,
  { count, stride, length, step }: Lines,
): Float32Array {
  const out = new Float32Array(values.length);
  const reach = (kernel.length - 1) / 2;
  for (let line = 0; line < count; line++) {
    for (let k = 0; k < length; k++) {
      let sum = 0;
      for (let d = -reach; d <= reach; d++) {
        const at = Math.min(Math.max(k + d, 0), length - 1);
        sum += (kernel[d + reach] as number) * (values[line * stride + at * step] as number);
      }
      out[line * stride + k * step] = sum;
    }
  }
  return out;
}
