import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { paintSamples } from '../../../../renderer/canvas/image-canvas';
import {
  COLOUR_MAPS,
  isNeutral,
  lookTable,
  NEUTRAL_LOOK,
  type ColourMap,
  type Look,
  withRange,
} from '../../../../renderer/canvas/look';
import { dragged, NEUTRAL, PRESETS, windowOf } from '../../../../renderer/canvas/windowing';
import { describeWithPython, runPython } from '../../../support/python-venv';

const samples = Array.from({ length: 256 }, (_, sample) => sample);
const levels = (look: Partial<Look>, coloured = false): number[][] =>
  lookTable({ ...NEUTRAL_LOOK, ...look }, coloured).map((channel) => Array.from(channel, (v) => Math.round(v * 255)));
const greys = (look: Partial<Look>): number[] => levels(look)[0]!;

/** CIE lightness of an sRGB colour, 0 to 100. */
function lightness([r, g, b]: readonly number[]): number {
  const linear = [r!, g!, b!].map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
  const y = 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
  return y > 216 / 24_389 ? 116 * Math.cbrt(y) - 16 : (24_389 / 27) * y;
}

const lightnesses = (colours: ColourMap): number[] => {
  const table = lookTable({ ...NEUTRAL_LOOK, colours }, false);
  return samples.map((sample) => lightness(table.map((channel) => channel[sample]!)));
};

describe('the look of the image', () => {
  it('leaves samples as they are unless changed, and the canvas holds them as they are', () => {
    expect(isNeutral(NEUTRAL_LOOK)).toBe(true);
    expect(levels({})).toEqual([samples, samples, samples]);
    const target = new Uint32Array(4);
    paintSamples(target, { widthPx: 2, heightPx: 2, data: Uint8Array.of(0, 7, 128, 255) });
    const grey = (value: number): number[] => [value, value, value, 255];
    expect([...new Uint8Array(target.buffer)]).toEqual([...grey(0), ...grey(7), ...grey(128), ...grey(255)]);
    const rgb = Uint8Array.of(1, 2, 3, 250, 0, 9);
    paintSamples(target.subarray(1, 3), { widthPx: 2, heightPx: 1, data: Uint8Array.of(2, 77), rgb });
    expect([...new Uint8Array(target.buffer)].slice(4, 12)).toEqual([1, 2, 3, 255, 250, 0, 9, 255]);
  });

  it('rises with the sample at any window and gamma, upwards brighter and rightwards steeper', () => {
    const drag = fc.integer({ min: -800, max: 800 });
    fc.assert(
      fc.property(drag, drag, fc.double({ min: 0.4, max: 2.5, noNaN: true }), (dx, dy, gamma) => {
        const table = greys({ windowing: dragged(NEUTRAL, dx, dy), gamma });
        expect(table.every((grey, sample) => sample === 0 || grey >= table[sample - 1]!)).toBe(true);
      }),
    );
    expect(greys({ windowing: dragged(NEUTRAL, 0, -60) })[100]).toBeGreaterThan(100);
    const steep = greys({ windowing: dragged(NEUTRAL, 150, 0) });
    expect(steep[180]! - steep[80]!).toBeGreaterThan(100);
  });

  it('brightens the middle with gamma and keeps black and white', () => {
    const bright = greys({ gamma: 2 });
    expect([bright[0], bright[255]]).toEqual([0, 255]);
    expect(bright[64]).toBe(Math.round(255 * Math.sqrt(64 / 255)));
    expect(greys({ gamma: 0.5 })[128]).toBe(Math.round(255 * (128 / 255) ** 2));
  });

  it.each(COLOUR_MAPS.filter((map) => map !== 'inverted'))('gets steadily lighter in %s', (colours) => {
    const light = lightnesses(colours);
    expect(light.every((value, sample) => sample === 0 || value > light[sample - 1]!)).toBe(true);
    expect(light[255]! - light[0]!).toBeGreaterThan(70);
  });

  it.each(['viridis', 'magma'] as const)(
    'makes equal steps of grey nearly equal steps of lightness in %s',
    (colours) => {
      const light = lightnesses(colours);
      const mean = (light[255]! - light[0]!) / 16;
      for (let sample = 16; sample < 256; sample += 16) {
        expect((light[sample]! - light[sample - 16]!) / mean).toBeGreaterThan(0.5);
        expect((light[sample]! - light[sample - 16]!) / mean).toBeLessThan(1.7);
      }
    },
  );

  it('turns grey round when inverted, and never touches the colours of Doppler', () => {
    expect(greys({ colours: 'inverted' })).toEqual([...samples].reverse());
    for (const colours of COLOUR_MAPS) expect(levels({ colours }, true)).toEqual([samples, samples, samples]);
  });
});

describeWithPython('the colour maps beside those of OpenCV', () => {
  it.each(['viridis', 'magma'] as const)(
    '%s is the same to 7 of 255 levels: 16 colours, linear between them',
    (name) => {
      const program = `
import json, sys, cv2, numpy as np
code = {'viridis': cv2.COLORMAP_VIRIDIS, 'magma': cv2.COLORMAP_MAGMA}[json.load(sys.stdin)]
table = cv2.applyColorMap(np.arange(256, dtype=np.uint8).reshape(1, -1), code)[0][:, ::-1]
print(json.dumps(table.T.tolist()))`;
      const wanted = runPython(program, name) as number[][];
      const made = levels({ colours: name });
      const worst = Math.max(...made.flatMap((channel, k) => channel.map((v, i) => Math.abs(v - wanted[k]![i]!))));
      expect(worst).toBeLessThanOrEqual(7);
    },
  );
});

describe('a preset', () => {
  const sector = { widthPx: 100, heightPx: 10, data: new Uint8Array(1_000) };
  sector.data.forEach((_, i) => (sector.data[i] = i < 700 ? 0 : 40 + (i % 100)));

  it('fits the window to the echoes, whatever is black around them', () => {
    const { level, width } = windowOf('auto', sector);
    expect(level - width / 2).toBeGreaterThanOrEqual(40);
    expect(level - width / 2).toBeLessThan(46);
    expect(level + width / 2).toBeGreaterThan(133);
    expect(level + width / 2).toBeLessThan(140);
  });

  it('is the full range for an image with nothing in it, or none', () => {
    expect(windowOf('auto', { widthPx: 2, heightPx: 1, data: new Uint8Array(2) })).toEqual(NEUTRAL);
    expect(windowOf('auto', null)).toEqual(NEUTRAL);
    const flat = windowOf('auto', { widthPx: 2, heightPx: 1, data: Uint8Array.of(80, 80) });
    expect(flat.width).toBeGreaterThan(0);
  });

  it('differs from every other', () => {
    const windows = PRESETS.map((name) => JSON.stringify(windowOf(name, sector)));
    expect(new Set(windows).size).toBe(PRESETS.length);
  });
});

describe('a range of grey levels that is being chosen', () => {
  it('is marked, both ends included; every other sample looks as before', () => {
    const plain = lookTable(NEUTRAL_LOOK, false);
    const marked = withRange(plain, { low: 40, high: 120 });
    for (let sample = 0; sample < 256; sample++) {
      const [before, now] = [plain, marked].map((table) => table.map((channel) => channel[sample]!));
      if (sample < 40 || sample > 120) expect(now).toEqual(before);
      // Of another colour than any grey.
      else expect(now![2]! - now![0]!).toBeGreaterThan(0.3);
    }
  });
});
