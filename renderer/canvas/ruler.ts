/**
 * Rulers along the lower and the left edge: where they begin and end, in which unit, and where their ticks are. Millimetres
 * only over the region of the image that has them; elsewhere pixels. Pure arithmetic; `drawRulers` draws.
 */
import { mmPerPx, type Calibration } from '../../shared/domain';
import { visiblePart, type Point, type Size, type Viewport } from './viewport';

/** One ruler in pixels of the image. */
export interface RulerAxis {
  /** Where it says 0. */
  readonly from: number;
  readonly to: number;
  /** Units a pixel. */
  readonly perPx: number;
}

export interface Rulers {
  readonly unit: 'mm' | 'px';
  readonly across: RulerAxis;
  readonly down: RulerAxis;
}

export interface Tick {
  /** In pixels of the screen. */
  readonly at: number;
  /** In the ruler's unit. */
  readonly value: number;
  readonly major: boolean;
}

/** Screen pixels between numbers, at least. */
const MAJOR_APART = 56;
const MINOR_OF_MAJOR = 5;
const LONG = 9;
const SHORT = 5;
const EDGE = 3;
const LIGHT = '#ffffff';
const HALO = 'rgba(0, 0, 0, 0.85)';
const FONT = '11px system-ui, "Noto Sans CJK SC", sans-serif';

/**
 * @param at the place that the rulers are to be right at, in pixels of the image
 */
export function rulersAt(known: Calibration | null, at: Point, { width, height }: Size): Rulers {
  const scale = mmPerPx(known, [at]);
  if (!known || !scale) return rulers('px', { x0: 0, y0: 0, x1: width, y1: height }, { x: 1, y: 1 });
  if (known.kind === 'uniform') return rulers('mm', { x0: 0, y0: 0, x1: width, y1: height }, scale);
  // The one that `mmPerPx` has taken: the first around the place.
  const region = known.regions.find(({ x0, y0, x1, y1 }) => x0 <= at.x && at.x <= x1 && y0 <= at.y && at.y <= y1);
  return rulers('mm', region ?? { x0: 0, y0: 0, x1: width, y1: height }, scale);
}

/** Right in the middle of what is on the screen. */
export function rulersInView(known: Calibration | null, viewport: Viewport, image: Size, screen: Size): Rulers {
  const { x, y, width, height } = visiblePart(viewport, image, screen);
  return rulersAt(known, { x: x + width / 2, y: y + height / 2 }, image);
}

function rulers(unit: Rulers['unit'], box: { x0: number; y0: number; x1: number; y1: number }, perPx: Point): Rulers {
  return {
    unit,
    across: { from: box.x0, to: box.x1, perPx: perPx.x },
    down: { from: box.y0, to: box.y1, perPx: perPx.y },
  };
}

/**
 * The ticks that are on the screen, at 1, 2 or 5 times a power of ten.
 *
 * @param offset of the image on the screen along this axis
 * @param room length of the screen
 */
export function ticksOf({ from, to, perPx }: RulerAxis, scale: number, offset: number, room: number): Tick[] {
  const major = roundStep((MAJOR_APART / scale) * perPx);
  const minor = major / MINOR_OF_MAJOR;
  const toScreen = (n: number): number => (from + (n * minor) / perPx) * scale + offset;
  const first = Math.max(0, Math.ceil(((0 - offset) / scale - from) * (perPx / minor)));
  const last = Math.min(((to - from) * perPx) / minor, ((room - offset) / scale - from) * (perPx / minor));
  const ticks: Tick[] = [];
  for (let n = first; n <= last + 1e-9; n++) {
    ticks.push({ at: toScreen(n), value: Number((n * minor).toPrecision(9)), major: n % MINOR_OF_MAJOR === 0 });
  }
  return ticks;
}

/** The smallest of 1, 2, 5, 10, 20, … that is no smaller. */
export function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].find((times) => times * power >= least * (1 - 1e-9)) ?? 10;
  return step * power;
}

/** What the page's own contexts and Konva's have in common. */
type Context = Pick<
  CanvasRenderingContext2D,
  | 'beginPath'
  | 'moveTo'
  | 'lineTo'
  | 'stroke'
  | 'strokeText'
  | 'fillText'
  | 'lineWidth'
  | 'strokeStyle'
  | 'fillStyle'
  | 'font'
  | 'textAlign'
  | 'textBaseline'
>;

/** Screen coordinates. Light lines on dark ones: seen on any image. */
export function drawRulers(context: Context, { unit, across, down }: Rulers, viewport: Viewport, screen: Size): void {
  const { scale, offsetX, offsetY } = viewport;
  const columns = ticksOf(across, scale, offsetX, screen.width);
  const rows = ticksOf(down, scale, offsetY, screen.height);
  const bottom = screen.height - EDGE;
  context.beginPath();
  for (const { at, major } of columns) line(context, at, bottom, at, bottom - (major ? LONG : SHORT));
  for (const { at, major } of rows) line(context, EDGE, at, EDGE + (major ? LONG : SHORT), at);
  for (const [width, colour] of [
    [3, HALO],
    [1, LIGHT],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }
  context.font = FONT;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  const named = (value: number, first: boolean): string => (first ? `${value} ${unit}` : String(value));
  // The corner is the rows': both numbers there would lie over each other.
  const apart = columns.filter(({ at, major }) => major && at > 3 * LONG && at < screen.width - 2 * LONG);
  apart.forEach(({ at, value }, k) => text(context, named(value, k === 0), at, bottom - LONG - 8));
  context.textAlign = 'left';
  const within = rows.filter(({ at, major }) => major && at > LONG && at < screen.height - 4 * LONG);
  within.forEach(({ at, value }, k) => text(context, named(value, k === 0), EDGE + LONG + 4, at));
}

function line(context: Context, x0: number, y0: number, x1: number, y1: number): void {
  context.moveTo(x0, y0);
  context.lineTo(x1, y1);
}

function text(context: Context, words: string, x: number, y: number): void {
  context.lineWidth = 3;
  context.strokeStyle = HALO;
  context.strokeText(words, x, y);
  context.fillStyle = LIGHT;
  context.fillText(words, x, y);
}
