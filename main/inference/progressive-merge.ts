/**
 * A click corrects where it points and nowhere else. SAM's decoder draws the whole mask anew at every click, and on an
 * organ it never saw it spoils elsewhere what was right. So of its answer only that part is taken which the click asked for,
 * as in "progressive merge" (Chen et al., "FocalClick", CVPR 2022), and the click itself is obeyed.
 *
 * Measured with simulated clicks after the proposal (`evaluate`), Dice after 1, 3 and 10 of them: thyroids, which the
 * decoder never saw, 0.548, 0.650, 0.725 without and 0.592, 0.717, 0.825 with it; breast lesions 0.845, 0.873, 0.896 and
 * 0.839, 0.877, 0.915.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import type { PromptPoint } from '../../shared/domain';

/** A click reaches so far at most, in cells: a quarter of the frame. */
const REACH = 32;
/** Within so many cells of the click the mask is what the click says. */
const OBEYED = 3;
/** A logit that is sure, though no surer than the decoder itself often is. */
const SURE = 2;

const NEIGHBOURS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/**
 * @param previous logits [128, 128] before the click
 * @param answer the decoder's, with the click
 * @param click in px of the frame
 * @returns `previous`, but for the piece of what the answer changed in the click's sense that hangs together with it
 */
export function progressiveMerge(
  previous: Float32Array,
  answer: Float32Array,
  click: PromptPoint,
  widthPx: number,
  heightPx: number,
): Float32Array {
  const merged = Float32Array.from(previous);
  const centre = [cellOf(click.x, widthPx), cellOf(click.y, heightPx)] as const;
  const isChanged = (cell: number): boolean => {
    const [old, now] = [(previous[cell] as number) > 0, (answer[cell] as number) > 0];
    return old !== now && now === click.positive;
  };
  // Around the click, since the answer may begin a cell beside it.
  const open = cellsWithin(centre, 1).filter(isChanged);
  const taken = new Set(open);
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    merged[cell] = answer[cell] as number;
    for (const next of neighbours(cell, centre)) {
      if (taken.has(next) || !isChanged(next)) continue;
      taken.add(next);
      open.push(next);
    }
  }
  for (const cell of cellsWithin(centre, OBEYED)) {
    const value = merged[cell] as number;
    merged[cell] = click.positive ? Math.max(value, SURE) : Math.min(value, -SURE);
  }
  return merged;
}

type Cell = readonly [x: number, y: number];

function cellOf(px: number, sizePx: number): number {
  return Math.min(LOW_RES_SIZE - 1, Math.floor((px * LOW_RES_SIZE) / sizePx));
}

function neighbours(cell: number, centre: Cell): number[] {
  const [x, y] = [cell % LOW_RES_SIZE, Math.floor(cell / LOW_RES_SIZE)];
  return NEIGHBOURS.flatMap(([dx, dy]) => (isWithin(x + dx, y + dy, centre, REACH) ? indexOf(x + dx, y + dy) : []));
}

function cellsWithin(centre: Cell, radius: number): number[] {
  const cells: number[] = [];
  for (let y = centre[1] - radius; y <= centre[1] + radius; y++) {
    for (let x = centre[0] - radius; x <= centre[0] + radius; x++) {
      if (isWithin(x, y, centre, radius)) cells.push(indexOf(x, y));
    }
  }
  return cells;
}

/** Within a circle, and on the grid. */
function isWithin(x: number, y: number, [cx, cy]: Cell, radius: number): boolean {
  const isOnGrid = x >= 0 && y >= 0 && x < LOW_RES_SIZE && y < LOW_RES_SIZE;
  return isOnGrid && (x - cx) ** 2 + (y - cy) ** 2 <= radius * radius;
}

function indexOf(x: number, y: number): number {
  return y * LOW_RES_SIZE + x;
}
