/**
 * Where a mask is on the next frame of a loop, by how the speckle around its outline has moved: block matching, as in
 * speckle tracking echocardiography (Bohs, Geiman, Anderson, Gebhart and Trahey, "Speckle tracking for multi-dimensional
 * flow estimation", Ultrasonics 38, 2000). Needs no model and has seen no organ.
 */
import { resizeBilinearAntialias, type GrayImage } from '../image';
import { boundingBox, emptyMask, type BoundingBox, type Mask } from '../mask';
import { dice } from '../metrics';

/** Frames are looked at no larger than this. */
const WORK_SIDE_PX = 480;
/** Between places where motion is measured; all of these in pixels at the working size. */
const GRID_PX = 8;
/** A block reaches so far from its middle. */
const BLOCK_PX = 10;
/** How far tissue moves from frame to frame at most. */
const SEARCH_PX = 8;
/** Motion is measured so far from the outline; beyond, it follows its neighbours. */
const NEAR_OUTLINE_PX = 24;
/** Speckle is what differs from the mean of so many pixels around. */
const SPECKLE_PX = 6;
/** Standard deviation of the smoothing of the motion, in places. */
const SMOOTH = 2;
/** Of two blocks that fit alike the nearer one is right. */
const FAR_COSTS = 0.002;
/** Grey levels squared: noise that says nothing about how well a block fits. */
const NOISE = 20;

export interface Tracked {
  readonly mask: Mask;
  /**
   * 0 to 1: how well the mask tracked back agrees with the one it came from (Dice), times how far the same speckle was
   * found again (correlation). Low where frames do not belong together, and where tissue leaves the plane.
   */
  readonly confidence: number;
}

/** @returns an empty mask of confidence 0 where the mask is empty or the frames differ in size */
export function trackMask(mask: Mask, from: GrayImage, to: GrayImage): Tracked {
  const { widthPx, heightPx } = mask;
  const sameSize = [from, to].every((image) => image.widthPx === widthPx && image.heightPx === heightPx);
  const box = boundingBox(mask);
  if (!sameSize || !box) return { mask: emptyMask(widthPx, heightPx), confidence: 0 };
  const scale = Math.min(1, WORK_SIDE_PX / Math.max(widthPx, heightPx));
  const [before, after] = [shrunkBy(from, scale), shrunkBy(to, scale)];
  const forth = motion(box, mask, scale, before, after);
  const moved = warped(mask, box, forth);
  const movedBox = boundingBox(moved);
  if (!movedBox) return { mask: moved, confidence: 0 };
  const back = warped(moved, movedBox, motion(movedBox, moved, scale, after, before));
  return { mask: moved, confidence: dice(back, mask) * forth.found };
}

/** Where each place came from, in pixels at the working size. */
interface Field {
  /** Places a row. */
  readonly across: number;
  readonly down: number;
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

interface Motion extends Field {
  readonly scale: number;
  /** How far the same speckle was found there, 0 to 1. */
  readonly found: number;
}

function shrunkBy(image: GrayImage, scale: number): GrayImage {
  if (scale === 1) return image;
  return resizeBilinearAntialias(image, Math.round(image.widthPx * scale), Math.round(image.heightPx * scale));
}

function motion(box: BoundingBox, mask: Mask, scale: number, from: GrayImage, to: GrayImage): Motion {
  const [across, down] = [Math.ceil(to.widthPx / GRID_PX) + 1, Math.ceil(to.heightPx / GRID_PX) + 1];
  const raw = { x: new Float32Array(across * down), y: new Float32Array(across * down) };
  const weight = new Float32Array(across * down);
  const near: number[] = [];
  const reach = NEAR_OUTLINE_PX + BLOCK_PX;
  const first = (low: number): number => Math.max(0, Math.floor((low * scale - reach) / GRID_PX));
  const last = (high: number, count: number): number =>
    Math.min(count - 1, Math.ceil((high * scale + reach) / GRID_PX));
  for (let row = first(box[1]); row <= last(box[1] + box[3], down); row++) {
    for (let column = first(box[0]); column <= last(box[0] + box[2], across); column++) {
      const [x, y] = [Math.min(to.widthPx - 1, column * GRID_PX), Math.min(to.heightPx - 1, row * GRID_PX)];
      if (!isNearOutline(mask, scale, x, y)) continue;
      const block = bestMatch(from, to, x, y);
      const at = row * across + column;
      raw.x[at] = block.dx;
      raw.y[at] = block.dy;
      weight[at] = block.texture / (block.cost + NOISE);
      near.push(at);
    }
  }
  const field = { across, down, ...smoothedField(raw, weight, across, down) };
  return { scale, ...field, found: speckleFound(from, to, field, near) };
}

/**
 * Correlation of speckle with where it is said to have come from. Of speckle alone: edges and dark cavities look alike in
 * frames that have nothing to do with each other, and the best block of many always looks alike too.
 */
function speckleFound(from: GrayImage, to: GrayImage, field: Field, near: readonly number[]): number {
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

/** Between four pixels; null outside. */
function sampled(values: Float32Array, widthPx: number, heightPx: number, x: number, y: number): number | null {
  const [[u, fu], [v, fv]] = [whole(x), whole(y)];
  if (u < 0 || v < 0 || u + 1 >= widthPx || v + 1 >= heightPx) return null;
  const at = (i: number): number => values[i] as number;
  const i = v * widthPx + u;
  return (1 - fv) * ((1 - fu) * at(i) + fu * at(i + 1)) + fv * ((1 - fu) * at(i + widthPx) + fu * at(i + widthPx + 1));
}

/** A component of the motion between the places it is known at; at a pixel of the working size. */
function mixed({ across, down }: Field, component: Float32Array, x: number, y: number): number {
  const [[u, fu], [v, fv]] = [whole(x / GRID_PX), whole(y / GRID_PX)];
  const at = (column: number, row: number): number =>
    component[Math.min(row, down - 1) * across + Math.min(column, across - 1)] as number;
  return (1 - fv) * ((1 - fu) * at(u, v) + fu * at(u + 1, v)) + fv * ((1 - fu) * at(u, v + 1) + fu * at(u + 1, v + 1));
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

/** Both inside and outside lie within reach. */
function isNearOutline({ widthPx, heightPx, data }: Mask, scale: number, x: number, y: number): boolean {
  let [inside, outside] = [false, false];
  for (let v = y - NEAR_OUTLINE_PX; v <= y + NEAR_OUTLINE_PX; v += 4) {
    for (let u = x - NEAR_OUTLINE_PX; u <= x + NEAR_OUTLINE_PX; u += 4) {
      const [px, py] = [Math.round(u / scale), Math.round(v / scale)];
      if (px < 0 || py < 0 || px >= widthPx || py >= heightPx) continue;
      if (data[py * widthPx + px] === 1) inside = true;
      else outside = true;
      if (inside && outside) return true;
    }
  }
  return false;
}

interface Block {
  readonly dx: number;
  readonly dy: number;
  /** Mean squared difference to where it came from. */
  readonly cost: number;
  /** Variance of its grey levels. */
  readonly texture: number;
}

/** The block of `from` that the one around (x, y) of `to` looks like most. Every second pixel is looked at. */
function bestMatch(from: GrayImage, to: GrayImage, x: number, y: number): Block {
  let best = { dx: 0, dy: 0, cost: difference(from, to, x, y, 0, 0), score: Infinity };
  best.score = best.cost;
  for (let dy = -SEARCH_PX; dy <= SEARCH_PX; dy++) {
    for (let dx = -SEARCH_PX; dx <= SEARCH_PX; dx++) {
      const cost = difference(from, to, x, y, dx, dy);
      const score = cost * (1 + FAR_COSTS * (dx * dx + dy * dy));
      if (score < best.score) best = { dx, dy, cost, score };
    }
  }
  return { ...best, texture: variance(to, x, y) };
}

function difference(from: GrayImage, to: GrayImage, x: number, y: number, dx: number, dy: number): number {
  const { widthPx, heightPx } = to;
  const [left, right] = [Math.max(-BLOCK_PX, -x, -x - dx), Math.min(BLOCK_PX, widthPx - 1 - x, widthPx - 1 - x - dx)];
  const [top, bottom] = [Math.max(-BLOCK_PX, -y, -y - dy), Math.min(BLOCK_PX, heightPx - 1 - y, heightPx - 1 - y - dy)];
  let [sum, n] = [0, 0];
  for (let v = top; v <= bottom; v += 2) {
    const [here, there] = [(y + v) * widthPx + x, (y + dy + v) * widthPx + x + dx];
    for (let u = left; u <= right; u += 2) {
      const step = (to.data[here + u] as number) - (from.data[there + u] as number);
      sum += step * step;
      n++;
    }
  }
  return n > BLOCK_PX ? sum / n : Infinity;
}

function variance({ widthPx, heightPx, data }: GrayImage, x: number, y: number): number {
  let [sum, squares, n] = [0, 0, 0];
  for (let v = Math.max(0, y - BLOCK_PX); v <= Math.min(heightPx - 1, y + BLOCK_PX); v += 2) {
    for (let u = Math.max(0, x - BLOCK_PX); u <= Math.min(widthPx - 1, x + BLOCK_PX); u += 2) {
      const value = data[v * widthPx + u] as number;
      sum += value;
      squares += value * value;
      n++;
    }
  }
  return squares / n - (sum / n) ** 2;
}

/** Blocks with texture that fit well speak for their neighbours. */
function smoothedField(raw: { x: Float32Array; y: Float32Array }, weight: Float32Array, across: number, down: number) {
  const reach = 3 * SMOOTH;
  const [dx, dy] = [new Float32Array(across * down), new Float32Array(across * down)];
  for (let row = 0; row < down; row++) {
    for (let column = 0; column < across; column++) {
      let [total, sumX, sumY] = [1e-6, 0, 0];
      for (let v = Math.max(0, row - reach); v <= Math.min(down - 1, row + reach); v++) {
        for (let u = Math.max(0, column - reach); u <= Math.min(across - 1, column + reach); u++) {
          const other = v * across + u;
          const near = Math.exp(-((u - column) ** 2 + (v - row) ** 2) / (2 * SMOOTH * SMOOTH));
          const share = near * (weight[other] as number);
          total += share;
          sumX += share * (raw.x[other] as number);
          sumY += share * (raw.y[other] as number);
        }
      }
      dx[row * across + column] = sumX / total;
      dy[row * across + column] = sumY / total;
    }
  }
  return { dx, dy };
}

/** Each pixel is what it was where it came from. */
function warped(mask: Mask, box: BoundingBox, field: Motion): Mask {
  const { scale } = field;
  const { widthPx, heightPx, data } = mask;
  const out = emptyMask(widthPx, heightPx);
  const margin = Math.ceil(SEARCH_PX / scale) + 1;
  const [left, right] = [Math.max(0, box[0] - margin), Math.min(widthPx, box[0] + box[2] + margin)];
  const [top, bottom] = [Math.max(0, box[1] - margin), Math.min(heightPx, box[1] + box[3] + margin)];
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const sourceX = Math.round(x + mixed(field, field.dx, x * scale, y * scale) / scale);
      const sourceY = Math.round(y + mixed(field, field.dy, x * scale, y * scale) / scale);
      const within = sourceX >= 0 && sourceY >= 0 && sourceX < widthPx && sourceY < heightPx;
      out.data[y * widthPx + x] = within ? (data[sourceY * widthPx + sourceX] as number) : 0;
    }
  }
  return out;
}

function whole(value: number): [number, number] {
  const floor = Math.floor(value);
  return [floor, value - floor];
}
