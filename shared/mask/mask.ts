/**
 * The binary mask of one instance on one frame, and its simplest facts: area, bounding box, set operations. Not its
 * storage (`rle`, `bits`) and not its geometry (`distance`, `components`, `contour`, `polygon`).
 */
import { AppError } from '../errors';

/** `data` holds `heightPx` rows of `widthPx` bytes, each 0 or 1, top row first. */
export interface Mask {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array;
}

/** Left, top, width and height in pixels, as COCO's `bbox`; the box ends on pixel edges. */
export type BoundingBox = readonly [x: number, y: number, widthPx: number, heightPx: number];

/** A mask without the empty rest of its frame: what of it is inside its bounding box, and where that is. */
export interface Crop {
  readonly box: BoundingBox;
  /** As large as the box. */
  readonly mask: Mask;
}

/** A mask with no pixel set. */
export function emptyMask(widthPx: number, heightPx: number): Mask {
  return { widthPx, heightPx, data: new Uint8Array(widthPx * heightPx) };
}

/**
 * The mask of everything above `threshold`: logits at 0, a 0/255 label image at 0.
 *
 * @param values [heightPx, widthPx], row-major; NaN counts as background
 * @throws AppError `usage` when the array and the size disagree.
 */
export function maskAbove(
  values: Float32Array | Uint8Array,
  widthPx: number,
  heightPx: number,
  threshold: number,
): Mask {
  if (values.length !== widthPx * heightPx) {
    throw new AppError('usage', 'mask', `${values.length} values are no ${widthPx}x${heightPx} mask`);
  }
  const data = new Uint8Array(values.length);
  for (let i = 0; i < data.length; i++) data[i] = (values[i] as number) > threshold ? 1 : 0;
  return { widthPx, heightPx, data };
}

/** @throws AppError `usage` when the two masks differ in size. */
export function assertSameSize(a: Mask, b: Mask): void {
  if (a.widthPx !== b.widthPx || a.heightPx !== b.heightPx) {
    const sizes = `${a.widthPx}x${a.heightPx} and ${b.widthPx}x${b.heightPx}`;
    throw new AppError('usage', 'mask', `masks of one frame must have one size, got ${sizes}`);
  }
}

/** Number of pixels set. */
export function areaPx(mask: Mask): number {
  const { data } = mask;
  let area = 0;
  for (let i = 0; i < data.length; i++) area += data[i] as number;
  return area;
}

/** The smallest box around all pixels set, or null for an empty mask. */
export function boundingBox(mask: Mask): BoundingBox | null {
  const { widthPx, data } = mask;
  const firstSet = data.indexOf(1);
  if (firstSet < 0) return null;
  const top = Math.floor(firstSet / widthPx);
  const bottom = Math.floor(data.lastIndexOf(1) / widthPx);
  let left = widthPx;
  let right = -1;
  for (let y = top; y <= bottom; y++) {
    const row = data.subarray(y * widthPx, (y + 1) * widthPx);
    const first = row.indexOf(1);
    if (first < 0) continue;
    left = Math.min(left, first);
    right = Math.max(right, row.lastIndexOf(1));
  }
  return [left, top, right - left + 1, bottom - top + 1];
}

/** The part of a mask inside a box; the box must lie within the mask. */
export function cropMask(mask: Mask, [x, y, widthPx, heightPx]: BoundingBox): Mask {
  const cropped = emptyMask(widthPx, heightPx);
  for (let row = 0; row < heightPx; row++) {
    const from = (y + row) * mask.widthPx + x;
    cropped.data.set(mask.data.subarray(from, from + widthPx), row * widthPx);
  }
  return cropped;
}

/** Gives every pixel that the crop has set this value, in place. */
export function stamp(onto: Mask, { box: [left, top, width, height], mask }: Crop, value: 0 | 1): void {
  for (let row = 0, k = 0; row < height; row++) {
    const from = (top + row) * onto.widthPx + left;
    for (let i = from; i < from + width; i++, k++) if (mask.data[k] === 1) onto.data[i] = value;
  }
}

/** Null for an empty mask. */
export function cropped(mask: Mask): Crop | null {
  const box = boundingBox(mask);
  return box && { box, mask: cropMask(mask, box) };
}

// Plain loops: a callback per pixel costs ten times as much.

/** Pixels in either. @throws AppError `usage` when the sizes differ. */
export function union(a: Mask, b: Mask): Mask {
  assertSameSize(a, b);
  const data = a.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) | (b.data[i] as number);
  return { widthPx: a.widthPx, heightPx: a.heightPx, data };
}

/** Pixels in both. @throws AppError `usage` when the sizes differ. */
export function intersection(a: Mask, b: Mask): Mask {
  assertSameSize(a, b);
  const data = a.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) & (b.data[i] as number);
  return { widthPx: a.widthPx, heightPx: a.heightPx, data };
}

/** Pixels of `a` that are not in `b`. @throws AppError `usage` when the sizes differ. */
export function difference(a: Mask, b: Mask): Mask {
  assertSameSize(a, b);
  const data = a.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) & ~(b.data[i] as number);
  return { widthPx: a.widthPx, heightPx: a.heightPx, data };
}

/** Pixels in exactly one of the two. @throws AppError `usage` when the sizes differ. */
export function symmetricDifference(a: Mask, b: Mask): Mask {
  assertSameSize(a, b);
  const data = a.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) ^ (b.data[i] as number);
  return { widthPx: a.widthPx, heightPx: a.heightPx, data };
}

/** Every pixel the mask leaves out. */
export function complement(mask: Mask): Mask {
  const data = mask.data.slice();
  for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) ^ 1;
  return { widthPx: mask.widthPx, heightPx: mask.heightPx, data };
}
