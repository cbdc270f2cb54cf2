/**
 * Brightness and contrast as radiologists know them: samples from `level - width / 2` to `level + width / 2` are spread
 * over black to white. Only how the image is shown; no mask and no model ever sees it.
 */
import type { GrayImage } from '../../shared/image';

export interface Windowing {
  /** The sample shown as middle grey. */
  readonly level: number;
  /** Samples from black to white; small means much contrast. */
  readonly width: number;
}

/** Samples as they are. */
export const NEUTRAL: Windowing = { level: 127.5, width: 255 };

/** Windows that are chosen by name; `auto` is made from the image. */
export const PRESETS = ['full', 'auto', 'soft', 'contrast', 'dark'] as const;
export type Preset = (typeof PRESETS)[number];

const FIXED: Readonly<Record<Exclude<Preset, 'auto'>, Windowing>> = {
  full: NEUTRAL,
  /** Less contrast, nothing quite black: for strong gain. */
  soft: { level: 112, width: 340 },
  contrast: { level: 112, width: 140 },
  /** Weak echoes, behind shadows and in the depth. */
  dark: { level: 56, width: 112 },
};

/** Samples that one CSS pixel of dragging changes level and width by. */
const PER_PIXEL = 0.75;
/** Shares of the samples that `auto` lets become black and white. */
const AUTO = { black: 0.02, white: 0.995 } as const;
/** More samples than this say nothing more about the image. */
const AUTO_SAMPLES = 2 ** 18;

/** The window after a drag: rightwards more contrast, upwards brighter. */
export function dragged({ level, width }: Windowing, dx: number, dy: number): Windowing {
  return {
    level: clamp(level + dy * PER_PIXEL, -128, 383),
    width: clamp(width - dx * PER_PIXEL, 4, 1_020),
  };
}

export function windowOf(preset: Preset, image: GrayImage | null): Windowing {
  if (preset === 'auto') return image ? fittingWindow(image) : NEUTRAL;
  return FIXED[preset];
}

/**
 * From the 2nd to the 99.5th percentile of the samples above black: what lies around the sector, which may be most of
 * the picture, does not count.
 */
function fittingWindow({ data }: GrayImage): Windowing {
  const counts = new Uint32Array(256);
  const step = Math.max(1, Math.floor(data.length / AUTO_SAMPLES));
  for (let i = 0; i < data.length; i += step) {
    const sample = data[i] as number;
    counts[sample] = (counts[sample] as number) + 1;
  }
  counts[0] = 0;
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return NEUTRAL;
  const percentile = (share: number): number => {
    let below = 0;
    return counts.findIndex((n) => (below += n) >= share * total);
  };
  const [black, white] = [percentile(AUTO.black), percentile(AUTO.white)];
  return { level: (black + white) / 2, width: Math.max(white - black, 16) };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
