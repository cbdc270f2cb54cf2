/**
 * Where the image is on the screen. Screen coordinates are CSS pixels from the canvas's upper left corner, image
 * coordinates have pixel centres at +0.5: `screen = image * scale + offset`. Pure arithmetic.
 */

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Viewport {
  /** CSS pixels an image pixel. */
  readonly scale: number;
  readonly offsetX: number;
  readonly offsetY: number;
  /** The image is kept fitted when the window changes, until the user zooms or pans. */
  readonly fitted: boolean;
}

export const MIN_SCALE = 0.02;
export const MAX_SCALE = 64;

/** Around a fitted image, in CSS pixels. */
const MARGIN = 8;
/** This much of the image stays on the screen however far it is moved. */
const LEAST_VISIBLE = 48;

export function toImage({ scale, offsetX, offsetY }: Viewport, screen: Point): Point {
  return { x: (screen.x - offsetX) / scale, y: (screen.y - offsetY) / scale };
}

export function toScreen({ scale, offsetX, offsetY }: Viewport, image: Point): Point {
  return { x: image.x * scale + offsetX, y: image.y * scale + offsetY };
}

/** The whole image in the middle of the screen. */
export function fit(image: Size, screen: Size): Viewport {
  const across = Math.max(screen.width - 2 * MARGIN, 1) / image.width;
  const down = Math.max(screen.height - 2 * MARGIN, 1) / image.height;
  const scale = clamp(Math.min(across, down), MIN_SCALE, MAX_SCALE);
  return { ...centred(image, screen, scale), fitted: true };
}

/** One image pixel on one pixel of the display, which on a HiDPI screen is smaller than a CSS pixel. */
export function actualPixels(viewport: Viewport, screen: Size, devicePixelRatio: number): Viewport {
  const middle = { x: screen.width / 2, y: screen.height / 2 };
  return zoomAt(viewport, middle, 1 / devicePixelRatio / viewport.scale);
}

/** Zooms so that what is under `anchor` stays there. */
export function zoomAt(viewport: Viewport, anchor: Point, factor: number): Viewport {
  const scale = clamp(viewport.scale * factor, MIN_SCALE, MAX_SCALE);
  const { x, y } = toImage(viewport, anchor);
  return { scale, offsetX: anchor.x - x * scale, offsetY: anchor.y - y * scale, fitted: false };
}

export function panBy(viewport: Viewport, dx: number, dy: number, image: Size, screen: Size): Viewport {
  const within = (offset: number, length: number, room: number): number =>
    clamp(offset, LEAST_VISIBLE - length * viewport.scale, room - LEAST_VISIBLE);
  return {
    scale: viewport.scale,
    offsetX: within(viewport.offsetX + dx, image.width, screen.width),
    offsetY: within(viewport.offsetY + dy, image.height, screen.height),
    fitted: false,
  };
}

/** What of the image is on the screen, in its pixels. */
export function visiblePart(viewport: Viewport, image: Size, screen: Size): Point & Size {
  const from = toImage(viewport, { x: 0, y: 0 });
  const to = toImage(viewport, { x: screen.width, y: screen.height });
  const [x, y] = [clamp(from.x, 0, image.width), clamp(from.y, 0, image.height)];
  return { x, y, width: clamp(to.x, 0, image.width) - x, height: clamp(to.y, 0, image.height) - y };
}

/** Image pixels are drawn as squares once they are at least as large as those of the display. */
export function isMagnified({ scale }: Pick<Viewport, 'scale'>, devicePixelRatio: number): boolean {
  // 1:1 is meant to be, whatever the last digit of 1 / 1.25 * 1.25.
  return scale * devicePixelRatio > 1 - 1e-6;
}

function centred(image: Size, screen: Size, scale: number): Omit<Viewport, 'fitted'> {
  return {
    scale,
    offsetX: (screen.width - image.width * scale) / 2,
    offsetY: (screen.height - image.height * scale) / 2,
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
