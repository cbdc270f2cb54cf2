/**
 * The mask that a click changes, as the decoder takes it (logits of 128x128 cells) and as the reader drew it (pixels). What
 * nobody clicked at stays as it was drawn, to the pixel: cells are 16 px wide on an image of 2048.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import { AppError } from '../../shared/errors';
import { maskOfLogits, resizeBilinearAntialias } from '../../shared/image';
import { type Mask, unpackMask } from '../../shared/mask';
import type { PreviousMask } from '../../shared/prompt-worker';

/** The logit a drawn mask stands for inside, and its negative outside: as sure as the decoder's own usually are. */
const DRAWN_LOGIT = 8;

export interface Previous {
  /** [128, 128] */
  readonly lowRes: Float32Array;
  /**
   * The drawn mask, with what lies between what its cells say and what they say after a click.
   *
   * @param after of the frame's size, from the logits after the click
   */
  changed(after: Mask): Mask;
}

type DrawnMask = Extract<PreviousMask, { kind: 'mask' }>;

/** Remembers the last drawn mask, since every preview on it sends it again. @returns what throws AppError `too-large` */
export function rememberingPrevious(): (previous: PreviousMask) => Previous {
  let last: { readonly mask: DrawnMask; readonly previous: Previous } | undefined;
  return (previous) => {
    if (previous.kind === 'logits') return { lowRes: previous.lowRes, changed: (after) => after };
    if (!last || !isSame(last.mask, previous)) last = { mask: previous, previous: drawn(previous) };
    return last.previous;
  };
}

function isSame(a: DrawnMask, b: DrawnMask): boolean {
  const sameCells =
    a.lowRes === b.lowRes || (a.lowRes && b.lowRes && Buffer.compare(bytes(a.lowRes), bytes(b.lowRes)) === 0);
  return (
    a.widthPx === b.widthPx && a.heightPx === b.heightPx && Buffer.compare(a.bits, b.bits) === 0 && Boolean(sameCells)
  );
}

function bytes({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function drawn({ widthPx, heightPx, bits, lowRes: known }: DrawnMask): Previous {
  if (widthPx * heightPx > 2 ** 26) throw new AppError('too-large', 'mask', `a mask of ${widthPx}x${heightPx} px`);
  const pixels = unpackMask(bits, widthPx, heightPx);
  const lowRes = known ?? logitsOf(pixels);
  let before: Mask | undefined;
  return {
    lowRes,
    changed(after) {
      before ??= maskOfLogits(lowRes, LOW_RES_SIZE, LOW_RES_SIZE, widthPx, heightPx);
      const data = new Uint8Array(after.data.length);
      for (let i = 0; i < data.length; i++) {
        data[i] = (pixels.data[i] as number) ^ (before.data[i] as number) ^ (after.data[i] as number);
      }
      return { ...after, data };
    },
  };
}

/** A mask's share of each of the 128x128 cells. */
function logitsOf({ widthPx, heightPx, data }: Mask): Float32Array {
  const levels = data.map((value) => value * 255);
  const cells = resizeBilinearAntialias({ widthPx, heightPx, data: levels }, LOW_RES_SIZE, LOW_RES_SIZE);
  return Float32Array.from(cells.data, (value) => DRAWN_LOGIT * (value / 127.5 - 1));
}
