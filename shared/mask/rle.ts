/**
 * COCO run-length encoding, both the list of counts and the compressed string, byte for byte as pycocotools writes them
 * (`common/maskApi.c`: rleEncode, rleToString, rleFrString). Runs go down the columns and begin with background.
 */
import { AppError } from '../errors';
import { boundingBox, emptyMask } from './mask';
import type { BoundingBox, Crop, Mask } from './mask';

/** COCO's `segmentation` object for a mask. */
export interface CocoRle {
  readonly size: readonly [heightPx: number, widthPx: number];
  readonly counts: string;
}

/** What COCO files hold: the compressed string, or the plain list of counts. */
export interface AnyCocoRle {
  readonly size: readonly number[];
  readonly counts: string | readonly number[];
}

// A corrupt size must not make the process allocate without end; no ultrasound frame comes near.
const MAX_PIXELS = 2 ** 28;
// Seven groups of five bits hold every difference of two 32-bit counts.
const MAX_GROUPS = 7;

function corrupt(message: string): AppError {
  return new AppError('format-corrupt', 'COCO RLE', message);
}

/** Lengths of the runs of 0, 1, 0, ... down the columns, left to right; the first is 0 when the first pixel is set. */
export function runLengths(mask: Mask): Uint32Array {
  const { widthPx, heightPx, data } = mask;
  // Beyond its box there is nothing to look at, and going down the columns of a large frame is slow.
  const [left, top, boxWidth, boxHeight] = boundingBox(mask) ?? [widthPx, 0, 0, 0];
  const counts: number[] = [];
  let value = 0;
  let length = 0;
  const change = (): void => {
    counts.push(length);
    length = 0;
    value ^= 1;
  };
  const background = (pixels: number): void => {
    if (value === 1 && pixels > 0) change();
    length += pixels;
  };
  background(left * heightPx);
  for (let x = left; x < left + boxWidth; x++) {
    background(top);
    for (let i = top * widthPx + x, y = 0; y < boxHeight; y++, i += widthPx) {
      if (data[i] !== value) change();
      length++;
    }
    background(heightPx - top - boxHeight);
  }
  background((widthPx - left - boxWidth) * heightPx);
  counts.push(length);
  return Uint32Array.from(counts);
}

/** `boundingBox` of the mask that `runLengths` took apart, without making it. */
function boxOfRuns(counts: ArrayLike<number>, heightPx: number): BoundingBox | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -1, -1];
  for (let k = 0, start = 0; k < counts.length; k++) {
    const end = start + (counts[k] as number);
    if (k % 2 === 1 && end > start) {
      const [first, last] = [Math.floor(start / heightPx), Math.floor((end - 1) / heightPx)];
      left = Math.min(left, first);
      right = Math.max(right, last);
      // A run that goes on in the next column touches the bottom of one and the top of the other.
      top = Math.min(top, first === last ? start % heightPx : 0);
      bottom = Math.max(bottom, first === last ? (end - 1) % heightPx : heightPx - 1);
    }
    start = end;
  }
  return right < 0 ? null : [left, top, right - left + 1, bottom - top + 1];
}

/**
 * The mask that `runLengths` took apart.
 *
 * @throws AppError `format-corrupt` when the runs do not fill the image exactly, `too-large` for an absurd size.
 */
export function maskFromRunLengths(counts: ArrayLike<number>, widthPx: number, heightPx: number): Mask {
  checkSize(widthPx, heightPx);
  const pixels = widthPx * heightPx;
  let end = 0;
  for (let k = 0; k < counts.length; k++) {
    const count = counts[k] as number;
    if (!Number.isInteger(count) || count < 0) throw corrupt(`run ${k} has the length ${count}`);
    end += count;
  }
  if (end !== pixels) throw corrupt(`the runs hold ${end} pixels, ${widthPx}x${heightPx} has ${pixels}`);

  return setInBox(counts, heightPx, [0, 0, widthPx, heightPx]);
}

/** Whether the mask that `runLengths` took apart is set at a pixel of the image. */
export function isSetInRuns(counts: ArrayLike<number>, heightPx: number, x: number, y: number): boolean {
  const at = x * heightPx + y;
  let k = 0;
  for (let end = counts[0] ?? Infinity; end <= at && k < counts.length; end += counts[k] ?? 0) k++;
  return k % 2 === 1 && k < counts.length;
}

/** `cropped` of the mask that `runLengths` took apart, without making its frame. */
export function cropOfRuns(counts: ArrayLike<number>, heightPx: number): Crop | null {
  const box = boxOfRuns(counts, heightPx);
  return box && { box, mask: setInBox(counts, heightPx, box) };
}

/** @param heightPx of the frame, of whose columns the runs are; the box holds all that is set */
function setInBox(counts: ArrayLike<number>, heightPx: number, [left, top, width, height]: BoundingBox): Mask {
  const mask = emptyMask(width, height);
  for (let k = 0, start = 0; k < counts.length; k++) {
    const end = start + (counts[k] as number);
    if (k % 2 === 1) {
      for (let at = start; at < end;) {
        const x = Math.floor(at / heightPx);
        const y = at - x * heightPx;
        const inColumn = Math.min(end - at, heightPx - y);
        for (let i = (y - top) * width + x - left, n = 0; n < inColumn; n++, i += width) mask.data[i] = 1;
        at += inColumn;
      }
    }
    start = end;
  }
  return mask;
}

function checkSize(widthPx: number, heightPx: number): void {
  if (!Number.isInteger(widthPx) || !Number.isInteger(heightPx) || widthPx < 1 || heightPx < 1) {
    throw corrupt(`${widthPx}x${heightPx} is no image size`);
  }
  if (widthPx * heightPx > MAX_PIXELS) {
    throw new AppError('too-large', 'COCO RLE', `${widthPx}x${heightPx} has more than ${MAX_PIXELS} pixels`);
  }
}

/**
 * COCO's compressed string: each count, from the fourth on less the count two before, in groups of five bits, lowest
 * first, two's complement; 32 marks that another group follows; 48 makes it printable.
 */
export function compressCounts(counts: Uint32Array): string {
  const codes: number[] = [];
  for (let k = 0; k < counts.length; k++) {
    let rest = (counts[k] as number) - (k > 2 ? (counts[k - 2] as number) : 0);
    let more = true;
    while (more) {
      const group = rest & 31;
      // Not `>> 5`: a difference of counts may need 33 bits.
      rest = Math.floor(rest / 32);
      more = (group & 16) !== 0 ? rest !== -1 : rest !== 0;
      codes.push(group + (more ? 32 : 0) + 48);
    }
  }
  let text = '';
  for (let i = 0; i < codes.length; i += 8192) text += String.fromCharCode(...codes.slice(i, i + 8192));
  return text;
}

/** @throws AppError `format-corrupt` for characters or counts that the format cannot have. */
export function decompressCounts(text: string): Uint32Array {
  const counts: number[] = [];
  let position = 0;
  while (position < text.length) {
    let value = 0;
    let more = true;
    for (let groups = 0; more; groups++, position++) {
      const code = text.charCodeAt(position) - 48;
      // Past the end `charCodeAt` gives NaN.
      if (!(code >= 0 && code < 64)) throw corrupt(`no run length at character ${position} of ${text.length}`);
      if (groups === MAX_GROUPS) throw corrupt(`run length too long at character ${position}`);
      value += (code & 31) * 32 ** groups;
      more = (code & 32) !== 0;
      if (!more && (code & 16) !== 0) value -= 32 ** (groups + 1);
    }
    const count = value + (counts.length > 2 ? (counts[counts.length - 2] as number) : 0);
    if (count < 0 || count >= 2 ** 32) throw corrupt(`run ${counts.length} has the length ${count}`);
    counts.push(count);
  }
  return Uint32Array.from(counts);
}

/** The mask as COCO's `{ size, counts }` with the compressed string (`pycocotools.mask.encode`). */
export function cocoRle(mask: Mask): CocoRle {
  return { size: [mask.heightPx, mask.widthPx], counts: compressCounts(runLengths(mask)) };
}

/**
 * The mask of a COCO `{ size, counts }`, compressed or not.
 *
 * @throws AppError `format-corrupt` when it is no run-length code of that size, `too-large` for an absurd size.
 */
export function maskFromCocoRle({ size, counts }: AnyCocoRle): Mask {
  const [heightPx, widthPx] = size;
  if (size.length !== 2 || heightPx === undefined || widthPx === undefined) {
    throw corrupt(`size has ${size.length} numbers, not 2`);
  }
  checkSize(widthPx, heightPx);
  return maskFromRunLengths(typeof counts === 'string' ? decompressCounts(counts) : counts, widthPx, heightPx);
}
