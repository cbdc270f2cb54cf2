/** Motion around a mask's outline from one frame to the next, by block matching. Lengths in pixels at the working size. */
import type { GrayImage } from '../image';
import type { BoundingBox, Mask } from '../mask';
import { GRID_PX, type Field } from './field';
import { speckleFound } from './speckle';

/** A block reaches so far from its middle. */
const BLOCK_PX = 10;
/** How far tissue moves from frame to frame at most. */
export const SEARCH_PX = 8;
/** Motion is measured so far from the outline; beyond, it follows its neighbours. */
const NEAR_OUTLINE_PX = 24;
/** Standard deviation of the smoothing of the motion, in places. */
const SMOOTH = 2;
/** Of two blocks that fit alike the nearer one is right. */
const FAR_COSTS = 0.002;
/** Grey levels squared: noise that says nothing about how well a block fits. */
const NOISE = 20;

export interface Motion extends Field {
  readonly scale: number;
  /** How far the same speckle was found there, 0 to 1. */
  readonly found: number;
}

export function motion(box: BoundingBox, mask: Mask, scale: number, from: GrayImage, to: GrayImage): Motion {
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
