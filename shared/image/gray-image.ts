/**
 * The 8-bit grey image every room speaks of. Not a decoder and not a window/level: the samples are taken as they are.
 */

/** `data` holds `heightPx` rows of `widthPx` samples, 0..255, top row first. */
export interface GrayImage {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array;
}
