/**
 * From decoded Y, Cb and Cr to grey levels and colours. Ours instead of the decoder's or the graphics card's, so that a
 * frame's pixels do not depend on the computer: ITU-T H.273 with the range and matrix that the stream names, BT.601 of
 * limited range where it names none, as FFmpeg and OpenCV take it. Chroma is not interpolated.
 */
import type { ColourImage } from '../../../../shared/image';
import { fromRgb } from '../pixels';

/** Layouts that can be read, 8 bit all: how many pixels share a sample of chroma. */
export const LAYOUTS = {
  I420: { across: 2, down: 2 },
  I422: { across: 2, down: 1 },
  I444: { across: 1, down: 1 },
} as const;
export type Layout = keyof typeof LAYOUTS;

/** A decoded frame: the planes Y, Cb and Cr one after the other, rows without padding. */
export interface Planes {
  readonly layout: Layout;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array;
}

export interface Colours {
  /** Y from 0 to 255; else from 16 to 235. */
  readonly fullRange: boolean;
  /** As WebCodecs names it: `bt709`, `smpte170m`, `bt470bg`, `bt2020-ncl`; undefined where the stream says nothing. */
  readonly matrix: string | undefined;
}

/** Clockwise, to be seen upright. */
export type Rotation = 0 | 90 | 180 | 270;

/** Weights of red and blue in Y. */
const WEIGHTS: Readonly<Record<string, readonly [kr: number, kb: number]>> = {
  bt709: [0.2126, 0.0722],
  'bt2020-ncl': [0.2627, 0.0593],
};
const BT601 = [0.299, 0.114] as const;
const GREY = 128;

export function planesBytes(layout: Layout, widthPx: number, heightPx: number): number {
  const { across, down } = LAYOUTS[layout];
  return widthPx * heightPx + 2 * Math.ceil(widthPx / across) * Math.ceil(heightPx / down);
}

/** Upright, in the size it is seen in. */
export function toImage(planes: Planes, colours: Colours, rotation: Rotation): ColourImage {
  const { widthPx, heightPx, data } = planes;
  const pixels = widthPx * heightPx;
  const chroma = data.subarray(pixels);
  const { luma, channel } = tables(colours);
  const turned = rotation % 180 === 0 ? { widthPx, heightPx } : { widthPx: heightPx, heightPx: widthPx };
  const place = placing(rotation, widthPx, heightPx);
  if (chroma.every((sample) => sample === GREY)) {
    const grey = new Uint8Array(pixels);
    const levels = Uint8ClampedArray.from(luma, Math.round);
    for (let at = 0; at < pixels; at++) grey[place(at)] = levels[data[at] as number] as number;
    return { ...turned, data: grey };
  }
  const { across, down } = LAYOUTS[planes.layout];
  const row = Math.ceil(widthPx / across);
  const plane = row * Math.ceil(heightPx / down);
  const rgb = new Uint8Array(3 * pixels);
  for (let y = 0, at = 0; y < heightPx; y++) {
    const first = Math.floor(y / down) * row;
    for (let x = 0; x < widthPx; x++, at++) {
      const sample = first + Math.floor(x / across);
      const level = luma[data[at] as number] as number;
      const [cb, cr] = [chroma[sample] as number, chroma[plane + sample] as number];
      const to = 3 * place(at);
      rgb[to] = byte(level + (channel.red[cr] as number));
      rgb[to + 1] = byte(level + (channel.greenOfBlue[cb] as number) + (channel.greenOfRed[cr] as number));
      rgb[to + 2] = byte(level + (channel.blue[cb] as number));
    }
  }
  return fromRgb(rgb, turned);
}

/** What each sample adds, by its value: the equations of H.273, 8.3, solved for red, green and blue. */
function tables({ fullRange, matrix }: Colours) {
  const [kr, kb] = WEIGHTS[matrix ?? ''] ?? BT601;
  const kg = 1 - kr - kb;
  const [black, levels, swing] = fullRange ? [0, 255, 255] : [16, 219, 224];
  const ofChroma = (weight: number) =>
    Float64Array.from({ length: 256 }, (_, c) => (255 * weight * (c - GREY)) / swing);
  return {
    luma: Float64Array.from({ length: 256 }, (_, y) => (255 * (y - black)) / levels),
    channel: {
      red: ofChroma(2 * (1 - kr)),
      greenOfBlue: ofChroma((-2 * kb * (1 - kb)) / kg),
      greenOfRed: ofChroma((-2 * kr * (1 - kr)) / kg),
      blue: ofChroma(2 * (1 - kb)),
    },
  };
}

function byte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.round(value);
}

/** From a pixel's place as it is stored to its place in the upright picture. */
function placing(rotation: Rotation, widthPx: number, heightPx: number): (at: number) => number {
  if (rotation === 0) return (at) => at;
  if (rotation === 180) return (at) => widthPx * heightPx - 1 - at;
  return (at) => {
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    return rotation === 90 ? x * heightPx + heightPx - 1 - y : (widthPx - 1 - x) * heightPx + y;
  };
}
