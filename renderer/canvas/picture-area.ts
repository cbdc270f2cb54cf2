/**
 * Where a painted picture is in pixels of the display, so that it can be moved by whole ones instead of being painted
 * anew. Pure arithmetic; what is painted: `mask-picture.ts`.
 */
import type { BoundingBox } from '../../shared/mask';
import type { Point, Size, Viewport } from './viewport';

/** In whole pixels of a grid. */
export type Area = BoundingBox;

/** Pixels of the display, laid over the image: `grid = image * scale + phase`. */
export interface Grid {
  /** Pixels of the display an image pixel. */
  readonly scale: number;
  /** 0 to 1: where between two pixels of the display the image begins. */
  readonly phaseX: number;
  readonly phaseY: number;
}

/** Of the pixels of the display, in which lines do not change visibly. */
const SAME_PHASE = 1e-3;

/** @param ratio pixels of the display a CSS pixel */
export function gridOf({ scale, offsetX, offsetY }: Viewport, ratio: number): Grid {
  const phase = (offset: number): number => offset * ratio - Math.floor(offset * ratio);
  return { scale: scale * ratio, phaseX: phase(offsetX), phaseY: phase(offsetY) };
}

/** By how many whole pixels a grid of the same scale is moved on the screen, and whether that is exactly where it is. */
export function shiftOf(
  grid: Grid,
  { offsetX, offsetY }: Viewport,
  ratio: number,
): Point & { readonly exact: boolean } {
  const [toX, toY] = [offsetX * ratio - grid.phaseX, offsetY * ratio - grid.phaseY];
  const [x, y] = [Math.round(toX), Math.round(toY)];
  return { x, y, exact: Math.abs(toX - x) < SAME_PHASE && Math.abs(toY - y) < SAME_PHASE };
}

/** A box in image pixels, with room around it in pixels of the display. */
export function areaOf({ scale, phaseX, phaseY }: Grid, [x, y, width, height]: BoundingBox, room: number): Area {
  const left = Math.floor(x * scale + phaseX) - room;
  const top = Math.floor(y * scale + phaseY) - room;
  const right = Math.ceil((x + width) * scale + phaseX) + room;
  const bottom = Math.ceil((y + height) * scale + phaseY) + room;
  return [left, top, right - left, bottom - top];
}

/** What of a grid, of this or another scale, is on the screen. @param screen in pixels of the display */
export function viewOf(grid: Grid, viewport: Viewport, ratio: number, screen: Size): Area {
  const { scale, offsetX, offsetY } = viewport;
  if (scale * ratio === grid.scale) {
    const { x, y } = shiftOf(grid, viewport, ratio);
    return [-x, -y, screen.width, screen.height];
  }
  const box = [
    -offsetX / scale,
    -offsetY / scale,
    screen.width / ratio / scale,
    screen.height / ratio / scale,
  ] as const;
  return areaOf(grid, box, 0);
}

/** With this much more on every side. */
export function withMargin([x, y, width, height]: Area, margin: number): Area {
  return [x - margin, y - margin, width + 2 * margin, height + 2 * margin];
}

/** Null where they do not meet. */
export function commonArea(a: Area, b: Area): Area | null {
  const [left, top] = [Math.max(a[0], b[0]), Math.max(a[1], b[1])];
  const [right, bottom] = [Math.min(a[0] + a[2], b[0] + b[2]), Math.min(a[1] + a[3], b[1] + b[3])];
  return left < right && top < bottom ? [left, top, right - left, bottom - top] : null;
}

/** What of an area is not in another, as areas that do not meet. */
export function areasOutside(area: Area, kept: Area | null): Area[] {
  const common = kept && commonArea(area, kept);
  if (!common) return [area];
  const [x, y, width, height] = area;
  const [left, top, wide, high] = common;
  const [right, bottom] = [left + wide, top + high];
  const around: Area[] = [
    [x, y, width, top - y],
    [x, bottom, width, y + height - bottom],
    [x, top, left - x, high],
    [right, top, x + width - right, high],
  ];
  return around.filter(([, , across, down]) => across > 0 && down > 0);
}
