/** How large a disc fits around a place without touching the mask's outline. Of the whole mask: `distance.ts`. */
import type { Mask } from './mask';

export interface Room {
  /** The place is on the mask. */
  readonly inside: boolean;
  /** Distance to the nearest pixel centre that is not alike, at most what was asked; outside the image nothing is set. */
  readonly radiusPx: number;
}

/** Looks no further than `mostPx`, so that it costs the same on an image of any size. */
export function roomAround(mask: Mask, { x, y }: { readonly x: number; readonly y: number }, mostPx: number): Room {
  const { widthPx, heightPx, data } = mask;
  const valueAt = (column: number, row: number): number =>
    column >= 0 && row >= 0 && column < widthPx && row < heightPx ? (data[row * widthPx + column] as number) : 0;
  const own = valueAt(Math.floor(x), Math.floor(y));
  let least = mostPx * mostPx;
  for (let row = Math.floor(y - mostPx); row <= y + mostPx; row++) {
    for (let column = Math.floor(x - mostPx); column <= x + mostPx; column++) {
      const squared = (column + 0.5 - x) ** 2 + (row + 0.5 - y) ** 2;
      if (squared < least && valueAt(column, row) !== own) least = squared;
    }
  }
  return { inside: own === 1, radiusPx: Math.sqrt(least) };
}
