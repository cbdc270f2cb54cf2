/** Augmentation moves image and mask together and keeps what they are. */
import { describe, expect, it } from 'vitest';
import { augment, augmentWidely } from '../../../../models/training/augment';
import { seededRandom } from '../../../../models/training';

const SIDE = 256;
/** A bright disc on grey, and its mask. */
function disc() {
  const inside = (i: number) => Math.hypot((i % SIDE) - 140, Math.floor(i / SIDE) - 110) < 40;
  const image = {
    widthPx: SIDE,
    heightPx: SIDE,
    data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (inside(i) ? 200 : 60)),
  };
  const mask = {
    widthPx: SIDE,
    heightPx: SIDE,
    data: Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (inside(i) ? 1 : 0)),
  };
  return { image, mask };
}

describe.each([augment, augmentWidely])('%o', (augment) => {
  it.each([...Array(12).keys()])('keeps the mask on its object, seed %i', (seed) => {
    const { image, mask } = augment(disc(), seededRandom(`seed ${seed}`));
    expect([image.widthPx, image.heightPx, mask.widthPx, mask.heightPx]).toEqual([SIDE, SIDE, SIDE, SIDE]);
    expect(new Set(mask.data)).toEqual(new Set([0, 1]));
    // The bright side of the brightest half lies under the mask, but for one pixel of border.
    const threshold = (Math.max(...image.data) + image.data[0]!) / 2;
    const level = Math.max(threshold, Math.max(...image.data) * 0.6);
    let [wrong, area] = [0, 0];
    for (let i = 0; i < mask.data.length; i++) {
      area += mask.data[i]!;
      if (image.data[i]! > level !== (mask.data[i] === 1)) wrong++;
    }
    expect(area).toBeGreaterThan(2000);
    expect(wrong / area).toBeLessThan(0.1);
  });

  it('is the same for the same seed and leaves its input alone', () => {
    const pair = disc();
    const before = pair.image.data.slice();
    const [a, b] = [augment(pair, seededRandom('x')), augment(pair, seededRandom('x'))];
    expect(a.image.data).toEqual(b.image.data);
    expect(pair.image.data).toEqual(before);
    expect(augment(pair, seededRandom('y')).image.data).not.toEqual(a.image.data);
  });
});
