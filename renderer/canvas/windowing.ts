/**
 * Brightness and contrast as radiologists know them: samples from `level - width / 2` to `level + width / 2` are spread
 * over black to white. Only how the image is shown; no mask and no model ever sees it.
 */

export interface Windowing {
  /** The sample shown as middle grey. */
  readonly level: number;
  /** Samples from black to white; small means much contrast. */
  readonly width: number;
}

/** Samples as they are. */
export const NEUTRAL: Windowing = { level: 127.5, width: 255 };

/** Samples that one CSS pixel of dragging changes level and width by. */
const PER_PIXEL = 0.75;

/** The window after a drag: rightwards more contrast, upwards brighter. */
export function dragged({ level, width }: Windowing, dx: number, dy: number): Windowing {
  return {
    level: clamp(level + dy * PER_PIXEL, -128, 383),
    width: clamp(width - dx * PER_PIXEL, 4, 1_020),
  };
}

/** What each of the 256 samples is shown as, as opaque grey in the byte order of `ImageData` on this machine. */
export function greyTable({ level, width }: Windowing): Uint32Array {
  const table = new Uint32Array(256);
  const bytes = new Uint8ClampedArray(table.buffer);
  for (let sample = 0; sample < 256; sample++) {
    const grey = ((sample - level) / width + 0.5) * 255;
    bytes.set([grey, grey, grey, 255], sample * 4);
  }
  return table;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
