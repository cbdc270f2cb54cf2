/**
 * Speckle reduction by local statistics: J.-S. Lee, IEEE PAMI-2 (1980), p. 165, for additive noise, which speckle is in
 * the log-compressed pictures of ultrasound machines. Where the picture varies no more than speckle does it is smoothed;
 * where it varies more, at edges, it is left as it is.
 */
import type { GrayImage } from '../gray-image';

/**
 * @param radiusPx of the square window: 2 is 5 x 5 pixels
 */
export function lee(image: GrayImage, radiusPx = 2): Uint8Array {
  const { widthPx, heightPx, data } = image;
  const { means, variances } = localStatistics(image, radiusPx);
  const noise = noiseVariance(means, variances);
  const out = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < out.length; i++) {
    const [mean, variance] = [means[i] as number, variances[i] as number];
    const kept = variance > noise ? (variance - noise) / variance : 0;
    out[i] = Math.round(mean + kept * ((data[i] as number) - mean));
  }
  return out;
}

/** Mean and variance in the window around every pixel; beyond the edges the last pixel goes on. */
function localStatistics({ widthPx, heightPx, data }: GrayImage, radiusPx: number) {
  const means = new Float32Array(data.length);
  const variances = new Float32Array(data.length);
  const inside = (at: number, length: number): number => Math.min(Math.max(at, 0), length - 1);
  // Of each column, over the rows of the window: moving down a row adds one sample and takes away another.
  const sums = new Float64Array(widthPx);
  const squares = new Float64Array(widthPx);
  const addRow = (y: number, sign: number): void => {
    const row = inside(y, heightPx) * widthPx;
    for (let x = 0; x < widthPx; x++) {
      const sample = data[row + x] as number;
      sums[x] = (sums[x] as number) + sign * sample;
      squares[x] = (squares[x] as number) + sign * sample * sample;
    }
  };
  for (let y = -radiusPx; y < radiusPx; y++) addRow(y, 1);
  const count = (2 * radiusPx + 1) ** 2;
  for (let y = 0; y < heightPx; y++) {
    addRow(y + radiusPx, 1);
    let [sum, square] = [0, 0];
    const addColumn = (x: number, sign: number): void => {
      const column = inside(x, widthPx);
      sum += sign * (sums[column] as number);
      square += sign * (squares[column] as number);
    };
    for (let x = -radiusPx; x < radiusPx; x++) addColumn(x, 1);
    for (let x = 0; x < widthPx; x++) {
      addColumn(x + radiusPx, 1);
      const mean = sum / count;
      means[y * widthPx + x] = mean;
      variances[y * widthPx + x] = Math.max(square / count - mean * mean, 0);
      addColumn(x - radiusPx, -1);
    }
    addRow(y - radiusPx, -1);
  }
  return { means, variances };
}

/** The median of the local variances, to a whole number, where there is a picture at all: most places show speckle and no edge. */
function noiseVariance(means: Float32Array, variances: Float32Array): number {
  // No variance of samples from 0 to 255 is larger than 127.5 squared.
  const counts = new Uint32Array(16_258);
  let total = 0;
  for (let i = 0; i < means.length; i++) {
    if ((means[i] as number) < 1) continue;
    const variance = Math.round(variances[i] as number);
    counts[variance] = (counts[variance] as number) + 1;
    total++;
  }
  let below = 0;
  return Math.max(
    counts.findIndex((n) => (below += n) >= total / 2),
    0,
  );
}
