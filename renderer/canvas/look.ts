/**
 * How samples become colours on the screen: window, gamma and colour map as one table of 256 colours. The table is given
 * to the compositor as an SVG filter (`LookFilter.vue`), so that a change costs the page nothing, however large the image;
 * canvases hold the samples as they are. For the eye alone: nothing that is stored, exported or encoded passes here.
 */
import { NEUTRAL, type Windowing } from './windowing';

export const COLOUR_MAPS = ['grey', 'inverted', 'sepia', 'viridis', 'magma'] as const;
export type ColourMap = (typeof COLOUR_MAPS)[number];

export interface Look {
  readonly windowing: Windowing;
  /** Above 1 brightens the middle: shown = windowed ^ (1 / gamma). */
  readonly gamma: number;
  readonly colours: ColourMap;
}

export const GAMMA = { least: 0.4, most: 2.5, step: 0.1 } as const;

export const NEUTRAL_LOOK: Look = { windowing: NEUTRAL, gamma: 1, colours: 'grey' };

/** Red, green and blue of each of the 256 samples, 0 to 1. */
export type LookTable = readonly [red: Float64Array, green: Float64Array, blue: Float64Array];

/**
 * Colours from dark to light at even distances, linear between them. Viridis and magma are those of matplotlib (van der
 * Walt and Smith, 2015), made so that equal steps of grey look equally large; sepia is the warm tint of ultrasound machines.
 */
const STOPS: Readonly<Record<ColourMap, readonly string[]>> = {
  grey: ['#000000', '#ffffff'],
  inverted: ['#ffffff', '#000000'],
  sepia: ['#000000', '#4a3220', '#95704a', '#d6b68a', '#fff4e0'],
  viridis: [
    ...['#440154', '#481a6c', '#472f7d', '#414487', '#39568c', '#31688e', '#2a788e', '#23888e'],
    ...['#1f988b', '#22a884', '#35b779', '#54c568', '#7ad151', '#a5db36', '#d2e21b', '#fde725'],
  ],
  magma: [
    ...['#000004', '#0b0924', '#20114b', '#3b0f70', '#57157e', '#721f81', '#8c2981', '#a8327d'],
    ...['#c43c75', '#de4968', '#f1605d', '#fa7f5e', '#fe9f6d', '#febf84', '#fddea0', '#fcfdbf'],
  ],
};

export function isNeutral({ windowing: { level, width }, gamma, colours }: Look): boolean {
  return level === NEUTRAL.level && width === NEUTRAL.width && gamma === 1 && colours === 'grey';
}

/**
 * @param coloured the image has colours of its own (Doppler): they are kept, and only made brighter or darker
 */
export function lookTable({ windowing, gamma, colours }: Look, coloured: boolean): LookTable {
  const stops = STOPS[coloured ? 'grey' : colours];
  const table = [new Float64Array(256), new Float64Array(256), new Float64Array(256)] as const;
  for (let sample = 0; sample < 256; sample++) {
    const windowed = (sample - windowing.level) / windowing.width + 0.5;
    const shown = Math.min(1, Math.max(0, windowed)) ** (1 / gamma);
    table.forEach((channel, k) => (channel[sample] = colourAt(stops, shown, k)));
  }
  return table;
}

/** What marks a range of samples: light enough on dark ones, dark enough on light ones. */
const MARK = [0.16, 0.82, 0.92] as const;
const MARKED = 0.6;

/** The same look with the samples of a range marked, both ends included; grey images only. */
export function withRange(table: LookTable, { low, high }: { readonly low: number; readonly high: number }): LookTable {
  const marked = (channel: Float64Array, k: 0 | 1 | 2): Float64Array =>
    channel.map((shown, sample) => (sample >= low && sample <= high ? (1 - MARKED) * shown + MARKED * MARK[k] : shown));
  return [marked(table[0], 0), marked(table[1], 1), marked(table[2], 2)];
}

/** One channel (0 red, 1 green, 2 blue) of a colour map, `at` 0 to 1. */
function colourAt(stops: readonly string[], at: number, channel: number): number {
  const place = at * (stops.length - 1);
  const before = Math.min(Math.floor(place), stops.length - 2);
  const level = (stop: number): number =>
    Number.parseInt((stops[stop] ?? '').slice(1 + 2 * channel, 3 + 2 * channel), 16);
  return (level(before) + (level(before + 1) - level(before)) * (place - before)) / 255;
}
