/** PNG with a palette: the pixels are label numbers, the colours are for looking at. */
import { encode } from 'fast-png';
import type { LabelMap } from './label-map';

type Colour = readonly [red: number, green: number, blue: number];

/** @param colours of the values from 0 on; values beyond are black */
export function encodeIndexedPng(
  data: LabelMap,
  widthPx: number,
  heightPx: number,
  colours: readonly Colour[],
): Uint8Array {
  const palette = Array.from({ length: 256 }, (_, i) => [...(colours[i] ?? [0, 0, 0])]);
  return encode({ width: widthPx, height: heightPx, data, channels: 1, depth: 8, palette });
}

/** `#RRGGBB`. */
export function rgb(colour: string): Colour {
  const value = Number.parseInt(colour.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
