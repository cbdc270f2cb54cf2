/** Pixels against geometry worked out independently: outlines, masks, sectors, scan conversion. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { blobOutline, ellipseOutline, emptyProbe, type Lobe } from '../../../../shared/phantom/outline';
import { renderScene } from '../../../../shared/phantom/picture';
import { plainScene, plainTissue } from './support';

const ellipse = { centerMm: [3.5, 17.2], semiAxesMm: [9, 6], tilt: 0.4 } as const;
const lobes: Lobe[] = [
  { order: 2, cosine: 0.06, sine: -0.04 },
  { order: 3, cosine: -0.05, sine: 0.07 },
  { order: 7, cosine: 0.03, sine: 0.02 },
];

/** The blob's own definition: in the frame in which the ellipse is the unit circle, r < 1 + sum of lobes(angle). */
function insideBlob(x: number, z: number): boolean {
  const [cx, cz] = ellipse.centerMm;
  const along = Math.cos(ellipse.tilt) * (x - cx) + Math.sin(ellipse.tilt) * (z - cz);
  const across = Math.cos(ellipse.tilt) * (z - cz) - Math.sin(ellipse.tilt) * (x - cx);
  const u = along / ellipse.semiAxesMm[0];
  const v = across / ellipse.semiAxesMm[1];
  const angle = Math.atan2(v, u);
  const radius = lobes.reduce(
    (sum, lobe) => sum + lobe.cosine * Math.cos(lobe.order * angle) + lobe.sine * Math.sin(lobe.order * angle),
    1,
  );
  return Math.hypot(u, v) < radius;
}

describe('masks', () => {
  const outline = blobOutline(ellipse, lobes);
  const probe = emptyProbe();
  const scene = plainScene({
    inside: (x, z) => {
      outline(x, z, probe);
      return probe.distanceMm < 0;
    },
  });
  const { mask, spacingMm } = renderScene(scene);

  it('hold exactly the pixels whose centres lie inside the outline', () => {
    const expected = Uint8Array.from(mask.data, (_, p) => {
      const x = ((p % mask.widthPx) + 0.5) * 0.1 - 20;
      const z = (Math.floor(p / mask.widthPx) + 0.5) * 0.1;
      return insideBlob(x, z) ? 1 : 0;
    });
    expect(mask.data).toEqual(expected);
  });

  it('have the area of the outline: pi a b (1 + half the sum of squared lobes)', () => {
    const squares = lobes.reduce((sum, lobe) => sum + lobe.cosine ** 2 + lobe.sine ** 2, 0);
    const areaMm2 = Math.PI * 9 * 6 * (1 + squares / 2);
    const pixels = mask.data.reduce((sum, value) => sum + value, 0);
    expect((pixels * spacingMm[0] * spacingMm[1]) / areaMm2).toBeCloseTo(1, 3);
  });

  it('the ellipse distance is right on its axes and has a unit normal', () => {
    const plain = ellipseOutline({ centerMm: [0, 0], semiAxesMm: [9, 6], tilt: 0 });
    fc.assert(
      fc.property(fc.double({ min: -0.5, max: 0.5, noNaN: true }), (offset) => {
        plain(9 + offset, 0, probe);
        expect(probe.distanceMm).toBeCloseTo(offset, 6);
        plain(0, -6 - offset, probe);
        expect(probe.distanceMm).toBeCloseTo(offset, 6);
        plain(7 + offset, 4 - offset, probe);
        expect(Math.hypot(probe.normalX, probe.normalZ)).toBeCloseTo(1, 9);
      }),
    );
  });
});

describe('scan conversion', () => {
  it('leaves everything outside the sector at exactly 0 and fills all inside', () => {
    const { transducer, tissueAt } = plainScene();
    const image = renderScene(
      plainScene({
        transducer: { ...transducer, depthMm: 35, geometry: { kind: 'sector', faceRadiusMm: 12, halfAngle: 0.55 } },
        tissueAt: (x, z, beamX, beamZ, tissue) => {
          tissueAt(x, z, beamX, beamZ, tissue);
          tissue.echoDb = -5;
        },
      }),
    ).image;
    let outside = 0;
    let bright = 0;
    let black = 0;
    image.data.forEach((grey, p) => {
      const x = ((p % 400) + 0.5) * 0.1 - 20;
      const z = (Math.floor(p / 400) + 0.5) * 0.1;
      const angle = Math.abs(Math.atan2(x, z + 12));
      const depth = Math.hypot(x, z + 12) - 12;
      if (angle > 0.55 || depth > 35 || depth < 0) {
        outside += 1;
        if (grey !== 0) bright += 1;
      } else if (grey === 0) black += 1;
    });
    expect(outside).toBeGreaterThan(30_000);
    expect(bright).toBe(0);
    expect(black).toBeLessThan(20);
  });

  it.each([{ kind: 'linear', widthMm: 40 } as const, { kind: 'sector', faceRadiusMm: 30, halfAngle: 0.6 } as const])(
    'puts a bright disc where the tissue has it ($kind)',
    (geometry) => {
      const disc = ellipseOutline({ centerMm: [-4, 21], semiAxesMm: [5, 5], tilt: 0 });
      const probe = emptyProbe();
      const { image } = renderScene(
        plainScene({
          transducer: { ...plainScene().transducer, geometry },
          tissueAt: (x, z, beamX, beamZ, tissue) => {
            plainTissue(x, z, beamX, beamZ, tissue);
            disc(x, z, probe);
            tissue.echoDb = probe.distanceMm < 0 ? -10 : -60;
          },
        }),
      );
      let weight = 0;
      let sumX = 0;
      let sumZ = 0;
      image.data.forEach((grey, p) => {
        if (grey < 90) return;
        weight += 1;
        sumX += ((p % 400) + 0.5) * 0.1 - 20;
        sumZ += (Math.floor(p / 400) + 0.5) * 0.1;
      });
      expect(sumX / weight).toBeCloseTo(-4, 0.7);
      expect(sumZ / weight).toBeCloseTo(21, 0.7);
      expect(Math.sqrt((weight * 0.01) / Math.PI)).toBeCloseTo(5, 0);
    },
  );
});
