/** Masks grown, shrunk, smoothed, mirrored, or cut into their parts. Circles, not squares, are what grows. */
import { gaussianBlur } from '../image/gaussian';
import { connectedComponents } from './components';
import { squaredDistanceToBackground } from './distance';
import { boundingBox, complement, cropMask, emptyMask, type BoundingBox, type Mask } from './mask';

/** Also every pixel whose centre is at most `radiusPx` from one of the mask's. */
export function grown(mask: Mask, radiusPx: number): Mask {
  return around(mask, Math.ceil(radiusPx), (part) => {
    const distance = squaredDistanceToBackground(complement(part));
    return where(part, (i) => (distance[i] as number) <= radiusPx * radiusPx);
  });
}

/** Without every pixel whose centre is at most `radiusPx` from one that is not the mask's; the image's border is no edge. */
export function shrunk(mask: Mask, radiusPx: number): Mask {
  return around(mask, 1, (part) => {
    const distance = squaredDistanceToBackground(part);
    return where(part, (i) => (distance[i] as number) > radiusPx * radiusPx);
  });
}

/**
 * Its outline without what is smaller than the radius: the mask blurred by a Gaussian of that standard deviation, cut at
 * one half. Beyond the image's border it goes on as at the border.
 */
export function smoothed(mask: Mask, radiusPx: number): Mask {
  const reach = Math.ceil(3 * radiusPx);
  return around(mask, reach, (part) => {
    const both = gaussianBlur(part.data, part.widthPx, part.heightPx, radiusPx);
    return where(part, (i) => (both[i] as number) > 0.5);
  });
}

/** Its connected parts, the largest first; parts that touch at a corner are one. */
export function partsOf(mask: Mask): Mask[] {
  const { labels, areasPx } = connectedComponents(mask, 8);
  const numbers = areasPx.map((_, i) => i + 1).sort((a, b) => (areasPx[b - 1] as number) - (areasPx[a - 1] as number));
  return numbers.map((number) => where(mask, (i) => labels[i] === number));
}

/** Left and right of the image exchanged. */
export function mirrored(mask: Mask): Mask {
  const { widthPx } = mask;
  const turned = emptyMask(widthPx, mask.heightPx);
  for (let row = 0; row < mask.data.length; row += widthPx) {
    turned.data.set(mask.data.slice(row, row + widthPx).reverse(), row);
  }
  return turned;
}

function where(size: Mask, isSet: (i: number) => boolean): Mask {
  const made = emptyMask(size.widthPx, size.heightPx);
  for (let i = 0; i < made.data.length; i++) made.data[i] = isSet(i) ? 1 : 0;
  return made;
}

/** Works on the mask's surroundings alone: most of a large image is not it. */
function around(mask: Mask, margin: number, work: (part: Mask) => Mask): Mask {
  const box = boundingBox(mask);
  const made = emptyMask(mask.widthPx, mask.heightPx);
  if (!box) return made;
  const [left, top] = [Math.max(0, box[0] - margin), Math.max(0, box[1] - margin)];
  const right = Math.min(mask.widthPx, box[0] + box[2] + margin);
  const bottom = Math.min(mask.heightPx, box[1] + box[3] + margin);
  const wide: BoundingBox = [left, top, right - left, bottom - top];
  const part = work(cropMask(mask, wide));
  for (let row = 0; row < part.heightPx; row++) {
    const pixels = part.data.subarray(row * part.widthPx, (row + 1) * part.widthPx);
    made.data.set(pixels, (top + row) * mask.widthPx + left);
  }
  return made;
}
