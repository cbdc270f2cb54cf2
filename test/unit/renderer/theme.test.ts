/** WCAG 2.2: contrast of every colour of both themes (1.4.3, 1.4.11), and labels told apart with any colour vision. */
import { describe, expect, it } from 'vitest';
import { PALETTES } from '../../../renderer/theme';
import { LABEL_PALETTE } from '../../../shared/domain';

type Rgb = readonly [number, number, number];

/** Linear light, 0 to 1. */
function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

/** WCAG's contrast ratio, 1 to 21. */
function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each(Object.entries(PALETTES))('the %s theme', (_name, colours) => {
  const surfaces = ['base', 'panel', 'raised', 'hover', 'chosen'] as const;
  const texts = ['text', 'textMuted', 'accent', 'good', 'warning', 'bad', 'proposed'] as const;

  it('has text of at least 4.5 : 1 on everything it stands on', () => {
    const faint = surfaces.flatMap((surface) =>
      texts
        .filter((text) => contrast(colours[text], colours[surface]) < 4.5)
        .map((text) => `${text} on ${surface}: ${contrast(colours[text], colours[surface]).toFixed(2)}`),
    );
    expect(faint).toEqual([]);
    expect(contrast(colours.onAccent, colours.accent)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(colours.text, colours.pressed)).toBeGreaterThanOrEqual(4.5);
  });

  it('has edges of fields and the ring of the focus at 3 : 1', () => {
    const behind = ['base', 'panel', 'raised', 'canvas'] as const;
    const faint = behind.filter((surface) => contrast(colours.accent, colours[surface]) < 3);
    expect(faint).toEqual([]);
    for (const surface of ['base', 'panel', 'raised'] as const) {
      expect(contrast(colours.edge, colours[surface])).toBeGreaterThanOrEqual(3);
    }
  });
});

/**
 * What somebody without one kind of cone sees, in linear light: Machado, Oliveira and Fernandes (2009), severity 1.
 */
const VISION: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
};

/** CIE L*a*b*, D65. */
function lab([r, g, b]: Rgb): Rgb {
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function seen(hex: string, vision: readonly Rgb[]): Rgb {
  const light = linear(hex);
  const [r = 0, g = 0, b = 0] = vision.map((row) =>
    Math.min(1, Math.max(0, row[0] * light[0] + row[1] * light[1] + row[2] * light[2])),
  );
  return lab([r, g, b]);
}

describe('the colours that labels get', () => {
  it.each(Object.entries(VISION))('are told apart with %s vision', (_name, vision) => {
    const near: string[] = [];
    LABEL_PALETTE.forEach((a, i) => {
      for (const b of LABEL_PALETTE.slice(i + 1)) {
        const [one, other] = [seen(a, vision), seen(b, vision)];
        const difference = Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2]);
        // A just noticeable difference is about 2.3; side by side on a moving picture it takes several of them.
        if (difference < 10) near.push(`${a} ${b}: ${difference.toFixed(1)}`);
      }
    });
    expect(near).toEqual([]);
  });
});
