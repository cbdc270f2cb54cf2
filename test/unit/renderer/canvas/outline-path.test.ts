/** Outlines with fewer vertices: how far they are from the whole ones. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { thinned } from '../../../../renderer/canvas/outline-path';
import { brushStroke, traceRings } from '../../../../shared/mask';

const discs = fc.tuple(
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 0, max: 60 }),
  fc.integer({ min: 1, max: 30 }),
);

it('leave out no vertex that is further than the tolerance from one that is kept', () => {
  fc.assert(
    fc.property(discs, fc.constantFrom(0.5, 1, 2, 4, 8), ([x, y, radius], tolerancePx) => {
      for (const ring of traceRings(brushStroke([x, y], radius, 60, 60))) {
        const kept = thinned(ring, tolerancePx);
        expect(kept.length).toBeGreaterThanOrEqual(6);
        for (let k = 0; k < ring.length; k += 2) {
          let nearest = Infinity;
          for (let i = 0; i < kept.length; i += 2) {
            nearest = Math.min(nearest, Math.hypot(ring[k]! - kept[i]!, ring[k + 1]! - kept[i + 1]!));
          }
          expect(nearest).toBeLessThanOrEqual(tolerancePx);
        }
      }
    }),
  );
});

it('have far fewer vertices where an image is shown small', () => {
  const [ring] = traceRings(brushStroke([100, 100], 90, 200, 200));
  expect(thinned(ring!, 2).length).toBeLessThan(ring!.length / 2);
  expect(thinned(ring!, 0)).toBe(ring);
});
