/**
 * A click corrects where it points and nowhere else. SAM's decoder draws the whole mask anew at every click, and on an
 * organ it never saw it spoils elsewhere what was right. So of its answer only that part is taken which the click asked for,
 * as in "progressive merge" (Chen et al., "FocalClick", CVPR 2022).
 *
 * And the click is obeyed. People click in the middle of what is wrong, so everything as near to the click as the mask's
 * border is taken to be wrong too: the largest circle about it in which the mask is of one kind. Not where the decoder sees
 * another object there, apart from the mask, or a hole in it: then it knows better how large that is.
 *
 * What a circle leaves beside it, gaps between it and the mask or slivers of the mask, is evened out: organs have no such
 * notches, and a reader would need a click for each.
 *
 * Measured with simulated clicks (`evaluate`), Dice after 1, 3 and 10 corrections of the proposal: thyroids, which the decoder
 * never saw, 0.592, 0.717, 0.825 with the merge alone, 0.629, 0.794, 0.879 where clicks are obeyed, 0.696, 0.814, 0.909 without
 * notches; breast lesions 0.839, 0.877, 0.915, then 0.847, 0.895, 0.924, then 0.848, 0.890, 0.923.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import type { PromptPoint } from '../../shared/domain';
import { cropMask, type Mask, squaredDistanceToBackground } from '../../shared/mask';

/** A click reaches so far at most, in cells: a quarter of the frame. */
const REACH = 32;
/** Within so many cells of the click the mask is what the click says, however near its border is. */
const OBEYED = 3;
/**
 * So many times as far as the border the decoder's piece may reach: it saw more of what is missing, but where it takes away
 * it took whole organs with one click.
 */
const [ADDED_RADII, TAKEN_RADII] = [5, 2];
/** What is narrower than so many radii of the circle, and within so many of the click, is evened out. */
const [NOTCH_RADII, EVENED_RADII] = [1.2, 2];
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
 * @param frame its size, and all clicks on this mask: what those of the other kind said stays when notches go
 * @returns `previous`, but for what the click changed in its sense
 */
export function progressiveMerge(
  previous: Float32Array,
  answer: Float32Array,
  click: PromptPoint,
  frame: { readonly widthPx: number; readonly heightPx: number; readonly points: readonly PromptPoint[] },
): Float32Array {
  const { positive } = click;
  const merged = Float32Array.from(previous);
  const cellAt = ({ x, y }: PromptPoint): Cell => [cellOf(x, frame.widthPx), cellOf(y, frame.heightPx)];
  const centre = cellAt(click);
  const border = borderDistance(previous, centre, positive);
  const reach = Math.max(2 * OBEYED, (positive ? ADDED_RADII : TAKEN_RADII) * border);
  const { cells, isApart } = clickedPiece(previous, answer, centre, positive, Math.min(REACH, reach));
  for (const cell of cells) merged[cell] = answer[cell] as number;
  const obey = (cell: number): void => {
    const value = merged[cell] as number;
    merged[cell] = positive ? Math.max(value, SURE) : Math.min(value, -SURE);
  };
  const circle = isApart || border === Infinity ? 0 : Math.min(REACH, border);
  cellsWithin(centre, Math.max(OBEYED, circle)).forEach(obey);
  const opposite = frame.points.filter((point) => point.positive !== positive).map(cellAt);
  for (const cell of notches(merged, centre, circle, positive)) {
    const place = [columnOf(cell), rowOf(cell)] as const;
    if (!opposite.some((other) => isWithin(...other, place, OBEYED))) obey(cell);
  }
  return merged;
}

/** What the answer changed in the click's sense and hangs together with it; and whether it lies apart from the mask, or is a hole. */
function clickedPiece(
  previous: Float32Array,
  answer: Float32Array,
  centre: Cell,
  positive: boolean,
  reach: number,
): { readonly cells: ReadonlySet<number>; readonly isApart: boolean } {
  const isChanged = (cell: number): boolean => {
    const [old, now] = [(previous[cell] as number) > 0, (answer[cell] as number) > 0];
    return old !== now && now === positive;
  };
  // Around the click, since the answer may begin a cell beside it.
  const open = cellsWithin(centre, 1).filter(isChanged);
  const cells = new Set(open);
  let isApart = open.length > 0;
  for (let cell = open.pop(); cell !== undefined; cell = open.pop()) {
    for (const next of neighbours(cell, centre, reach)) {
      if ((previous[next] as number) > 0 === positive) isApart = false;
      if (cells.has(next) || !isChanged(next)) continue;
      cells.add(next);
      open.push(next);
    }
  }
  return { cells, isApart };
}

/**
 * Cells near the click that are not as it says, though no disc of a notch's width fits among their like: what a closing of
 * the click's side adds.
 */
function notches(logits: Float32Array, centre: Cell, radius: number, positive: boolean): number[] {
  const width = (NOTCH_RADII / 2) * radius;
  const reach = EVENED_RADII * radius + OBEYED;
  // Nothing farther away has a say.
  const side = Math.ceil(reach + 2 * width) + 1;
  const [left, top] = centre.map((at) => Math.max(0, at - side)) as [number, number];
  const [right, bottom] = centre.map((at) => Math.min(LOW_RES_SIZE, at + side + 1)) as [number, number];
  const other = { ...GRID, data: Uint8Array.from(logits, (value) => (value > 0 === positive ? 0 : 1)) };
  const away = cropMask(other, [left, top, right - left, bottom - top]);
  const grown = { ...away, data: Uint8Array.from(squaredDistanceToBackground(away), (d) => (d <= width ** 2 ? 1 : 0)) };
  const closed = squaredDistanceToBackground(grown);
  return cellsWithin(centre, reach).filter((cell) => {
    const i = (rowOf(cell) - top) * away.widthPx + columnOf(cell) - left;
    return away.data[i] === 1 && (closed[i] as number) > width ** 2;
  });
}

/** In cells, from the click to the nearest one that is as the click says already; Infinity where none is. */
function borderDistance(previous: Float32Array, [cx, cy]: Cell, positive: boolean): number {
  let nearest = Infinity;
  for (let cell = 0; cell < previous.length; cell++) {
    if ((previous[cell] as number) > 0 !== positive) continue;
    nearest = Math.min(nearest, (columnOf(cell) - cx) ** 2 + (rowOf(cell) - cy) ** 2);
  }
  return Math.sqrt(nearest);
}

const GRID: Omit<Mask, 'data'> = { widthPx: LOW_RES_SIZE, heightPx: LOW_RES_SIZE };

type Cell = readonly [x: number, y: number];

function cellOf(px: number, sizePx: number): number {
  return Math.min(LOW_RES_SIZE - 1, Math.floor((px * LOW_RES_SIZE) / sizePx));
}

function neighbours(cell: number, centre: Cell, reach: number): number[] {
  const [x, y] = [columnOf(cell), rowOf(cell)];
  return NEIGHBOURS.flatMap(([dx, dy]) => (isWithin(x + dx, y + dy, centre, reach) ? indexOf(x + dx, y + dy) : []));
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
