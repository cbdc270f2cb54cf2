/**
 * Samples of one value a pixel to the 8-bit grey that is shown and hashed: modality LUT or rescale, then VOI LUT or window
 * (PS3.3 C.11.1, C.11.2), as the file states them. Where it states no window, 8-bit samples stay as they are and deeper
 * ones are spread from the frame's darkest to its brightest. MONOCHROME1 is turned round.
 */
import type { PixelDescription } from './description';
import type { Samples } from './samples';

export interface LookUpTable {
  /** The value that the first entry is for. */
  readonly first: number;
  readonly entries: Uint16Array | Uint8Array;
  /** Of an entry. */
  readonly bits: number;
}

export interface Window {
  readonly center: number;
  readonly width: number;
  readonly shape: 'LINEAR' | 'LINEAR_EXACT' | 'SIGMOID';
}

export interface GreyRule {
  readonly slope: number;
  readonly intercept: number;
  /** In place of slope and intercept. */
  readonly modality?: LookUpTable;
  /** In place of a window. */
  readonly voi?: LookUpTable;
  readonly window?: Window;
}

/** @returns one byte a sample */
export function toGreyLevels(
  samples: Samples,
  { photometric, bitsStored, signed }: Pick<PixelDescription, 'photometric' | 'bitsStored' | 'signed'>,
  rule: GreyRule,
): Uint8Array {
  const { slope, intercept, modality, voi, window } = rule;
  const value = modality ? (x: number) => lookUp(modality, x) : (x: number) => x * slope + intercept;
  const asStored = bitsStored === 8 && !signed && !modality && slope === 1 && intercept === 0;
  let level: (value: number) => number;
  if (voi) level = (x) => lookUp(voi, x) / (2 ** voi.bits - 1);
  else if (window) level = (x) => throughWindow(x, window);
  else if (asStored) level = (x) => x / 255;
  else level = spread(samples, value);
  const inverted = photometric === 'MONOCHROME1';
  const grey = (x: number): number => {
    const byte = Math.round(255 * Math.min(Math.max(level(value(x)), 0), 1));
    return inverted ? 255 - byte : byte;
  };
  return bitsStored <= 16 ? throughTable(samples, bitsStored, signed, grey) : Uint8Array.from(samples, grey);
}

/** Each of the possible samples is computed once, where it occurs. */
function throughTable(samples: Samples, bits: number, signed: boolean, grey: (x: number) => number): Uint8Array {
  const table = new Int16Array(2 ** bits).fill(-1);
  const offset = signed ? 2 ** (bits - 1) : 0;
  const out = new Uint8Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i] as number;
    let byte = table[sample + offset] as number;
    if (byte < 0) table[sample + offset] = byte = grey(sample);
    out[i] = byte;
  }
  return out;
}

/** From the frame's smallest value to its largest; a frame of one value is black. */
function spread(samples: Samples, value: (x: number) => number): (value: number) => number {
  let [low, high] = [Infinity, -Infinity];
  for (const sample of samples) {
    const x = value(sample);
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return high > low ? (x) => (x - low) / (high - low) : () => 0;
}

function throughWindow(x: number, { center, width, shape }: Window): number {
  if (shape === 'SIGMOID') return 1 / (1 + Math.exp((-4 * (x - center)) / width));
  if (shape === 'LINEAR_EXACT') return (x - center) / width + 0.5;
  if (width <= 1) return x > center - 0.5 ? 1 : 0;
  return (x - (center - 0.5)) / (width - 1) + 0.5;
}

function lookUp({ first, entries }: LookUpTable, x: number): number {
  const index = Math.min(Math.max(Math.round(x) - first, 0), entries.length - 1);
  return entries[index] as number;
}
