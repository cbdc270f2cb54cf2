/**
 * A click corrects where it points and nowhere else. SAM's decoder draws the whole mask anew at every click, and on an
 * organ it never saw it spoils elsewhere what was right. So of its answer only that part is taken which the click asked for,
 * as in "progressive merge" (Chen et al., "FocalClick", CVPR 2022).
 *
 * And the click is obeyed. People click in the middle of what is wrong, so everything as near to the click as the mask's
 * border is taken to be wrong too: the largest circle about it in which the mask is of one kind. Not where the decoder sees
 * another object there, apart from the mask: then it knows better how large that is.
 *
 * Measured with simulated clicks (`evaluate`), Dice after 1, 3 and 10 corrections of the proposal: thyroids, which the decoder
 * never saw, 0.592, 0.717, 0.825 with the merge alone and 0.629, 0.794, 0.879 with both; breast lesions 0.839, 0.877, 0.915
 * and 0.847, 0.895, 0.924.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import type { PromptPoint } from '../../shared/domain';

/** A click reaches so far at most, in cells: a quarter of the frame. */
const REACH = 32;
/** Within so many cells of the click the mask is what the click says, however near its border is. */
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
  let isApart = click.positive && open.length > 0;
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    merged[cell] = answer[cell] as number;
    for (const next of neighbours(cell, centre)) {
      if ((previous[next] as number) > 0) isApart = false;
      if (taken.has(next) || !isChanged(next)) continue;
      taken.add(next);
      open.push(next);
    }
  }
  const radius = isApart ? OBEYED : Math.max(OBEYED, Math.min(REACH, borderDistance(previous, centre, click.positive)));
  for (const cell of cellsWithin(centre, radius)) {
    const value = merged[cell] as number;
    merged[cell] = click.positive ? Math.max(value, SURE) : Math.min(value, -SURE);
  }
  return merged;
}

/** In cells, from the click to the nearest one that is as the click says already; 0 where none is. */
function borderDistance(previous: Float32Array, [cx, cy]: Cell, positive: boolean): number {
  let nearest = Infinity;
  for (let cell = 0; cell < previous.length; cell++) {
    if ((previous[cell] as number) > 0 !== positive) continue;
    nearest = Math.min(nearest, (columnOf(cell) - cx) ** 2 + (rowOf(cell) - cy) ** 2);
  }
  return nearest === Infinity ? 0 : Math.sqrt(nearest);
}

type Cell = readonly [x: number, y: number];

function cellOf(px: number, sizePx: number): number {
  return Math.min(LOW_RES_SIZE - 1, Math.floor((px * LOW_RES_SIZE) / sizePx));
}

function neighbours(cell: number, centre: Cell): number[] {
  const [x, y] = [columnOf(cell), rowOf(cell)];
  return NEIGHBOURS.flatMap(([dx, dy]) => (isWithin(x + dx, y + dy, centre, REACH) ? indexOf(x + dx, y + dy) : []));
}

function cellsWithin(centre: Cell, radius: number): number[] {
  const cells: number[] = [];
  const reach = Math.floor(radius);
  for (let y = centre[1] - reach; y <= centre[1] + reach; y++) {
    for (let x = centre[0] - reach; x <= centre[0] + reach; x++) {
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

function columnOf(cell: number): number {
  return cell % LOW_RES_SIZE;
}

function rowOf(cell: number): number {
  return Math.floor(cell / LOW_RES_SIZE);
}

function indexOf(x: number, y: number): number {
  return y * LOW_RES_SIZE + x;
}
