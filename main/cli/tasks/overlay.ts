/** A frame with outlines drawn on it, as a colour PNG for a human to look at. Not for measuring: lines hide pixels. */
import { encode } from 'fast-png';
import type { GrayImage } from '../../../shared/image';
import type { Mask } from '../../../shared/mask';

export type Colour = readonly [red: number, green: number, blue: number];

/** @param outlines drawn in this order, each on the border pixels of its mask */
export function overlayPng(image: GrayImage, outlines: readonly (readonly [Mask, Colour])[]): Uint8Array {
  const { widthPx, heightPx, data: grey } = image;
  const data = new Uint8Array(grey.length * 3);
  grey.forEach((value, i) => data.fill(value, 3 * i, 3 * i + 3));
  for (const [mask, colour] of outlines) {
    for (let i = 0; i < grey.length; i++) if (isBorder(mask, i)) data.set(colour, 3 * i);
  }
  return encode({ width: widthPx, height: heightPx, data, channels: 3, depth: 8 });
}

/** Set, with a neighbour across an edge that is not. */
function isBorder({ widthPx, heightPx, data }: Mask, i: number): boolean {
  if (data[i] === 0) return false;
  const x = i % widthPx;
  const y = (i - x) / widthPx;
  const isInner = x > 0 && y > 0 && x < widthPx - 1 && y < heightPx - 1;
  return !(isInner && [i - 1, i + 1, i - widthPx, i + widthPx].every((neighbour) => data[neighbour] === 1));
}
