/** How far the speckle of one frame is that of another, after the motion between them. */
import type { GrayImage } from '../image';
import { GRID_PX, mixed, sampled, type Field } from './field';

/** Speckle is what differs from the mean of so many pixels around. */
const SPECKLE_PX = 6;

/**
 * Correlation of speckle with where it is said to have come from. Of speckle alone: edges and dark cavities look alike in
 * frames that have nothing to do with each other, and the best block of many always looks alike too.
 */
export function speckleFound(from: GrayImage, to: GrayImage, field: Field, near: readonly number[]): number {
  const [before, after] = [speckleOf(from), speckleOf(to)];
  const { widthPx, heightPx } = to;
  let [both, ofBefore, ofAfter] = [0, 0, 0];
  for (const at of near) {
    const [left, top] = [(at % field.across) * GRID_PX, Math.floor(at / field.across) * GRID_PX];
    for (let y = top; y < Math.min(heightPx, top + GRID_PX); y++) {
      for (let x = left; x < Math.min(widthPx, left + GRID_PX); x++) {
        const then = sampled(
          before,
          widthPx,
          heightPx,
          x + mixed(field, field.dx, x, y),
          y + mixed(field, field.dy, x, y),
        );
        if (then === null) continue;
        const now = after[y * widthPx + x] as number;
        both += now * then;
        ofAfter += now * now;
        ofBefore += then * then;
      }
    }
  }
  const total = Math.sqrt(ofBefore * ofAfter);
  return total > 0 ? Math.max(0, both / total) : 0;
}

/** What is left of a pixel and its neighbours when the mean further around is taken away. */
function speckleOf({ widthPx, heightPx, data }: GrayImage): Float32Array {
  const [fine, coarse] = [1, SPECKLE_PX].map((reach) => {
    const rows = boxMeans(data, reach, { length: widthPx, lines: heightPx, step: 1, stride: widthPx });
    return boxMeans(rows, reach, { length: heightPx, lines: widthPx, step: widthPx, stride: 1 });
  }) as [Float32Array, Float32Array];
  return fine.map((value, i) => value - (coarse[i] as number));
}

interface Lines {
  /** Pixels a line, and how far apart they are. */
  readonly length: number;
  readonly step: number;
  readonly lines: number;
  readonly stride: number;
}

/** Running means over `2 reach + 1` pixels along lines. */
function boxMeans(values: ArrayLike<number>, reach: number, { length, lines, step, stride }: Lines): Float32Array {
  const out = new Float32Array(values.length);
  for (let line = 0; line < lines; line++) {
    let [sum, n] = [0, 0];
    for (let k = -reach; k < length; k++) {
      const [enters, leaves] = [k + reach, k - reach - 1];
      if (enters < length) {
        sum += values[line * stride + enters * step] as number;
        n++;
      }
      if (leaves >= 0) {
        sum -= values[line * stride + leaves * step] as number;
        n--;
      }
      if (k >= 0) out[line * stride + k * step] = sum / n;
    }
  }
  return out;
}
