/** Outlines of few vertices: how far they are from the ring at most, and that editing one leaves the rest alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rasterizePolygon, traceRings } from '../../../../shared/mask';
import {
  deviationPx,
  placesAlong,
  simplified,
  vertexAt,
  withoutVertex,
  withVertexAfter,
  withVertexAt,
  type Place,
  type VertexRing,
} from '../../../../shared/path';
import { anyMask } from '../mask/arbitraries';

const anyTolerance = fc.oneof(fc.constant(0), fc.double({ min: 0, max: 12, noNaN: true }));
const anyRing = anyMask.filter((mask) => mask.data.includes(1)).chain((mask) => fc.constantFrom(...traceRings(mask)));

const places = (flat: readonly number[]): Place[] =>
  Array.from({ length: flat.length / 2 }, (_, k) => ({ x: flat[2 * k]!, y: flat[2 * k + 1]! }));
const polygonOf = (held: VertexRing): number[] =>
  held.vertices.flatMap((_, k) => [vertexAt(held, k).x, vertexAt(held, k).y]);

function distanceTo(closed: readonly Place[], { x, y }: Place): number {
  return Math.min(
    ...closed.map(({ x: x0, y: y0 }, k) => {
      const { x: x1, y: y1 } = closed[(k + 1) % closed.length]!;
      const squared = (x1 - x0) ** 2 + (y1 - y0) ** 2;
      const along = squared === 0 ? 0 : ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared;
      const t = Math.min(Math.max(along, 0), 1);
      return Math.hypot(x - x0 - t * (x1 - x0), y - y0 - t * (y1 - y0));
    }),
  );
}

describe('few vertices', () => {
  it('have an error that is at most the tolerance and bounds how far either line is from the other', () => {
    fc.assert(
      fc.property(anyRing, anyTolerance, (ring, tolerance) => {
        const held = simplified(ring, tolerance);
        const error = deviationPx(held);
        expect(error).toBeLessThanOrEqual(tolerance);
        const [all, few] = [places(ring), places(polygonOf(held))];
        const onRing = placesAlong([...ring, ...ring.slice(0, 2)], 50);
        const onFew = placesAlong([...polygonOf(held), ...polygonOf(held).slice(0, 2)], 50);
        for (const place of [...all, ...onRing]) expect(distanceTo(few, place)).toBeLessThanOrEqual(error + 1e-9);
        for (const place of onFew) expect(distanceTo(all, place)).toBeLessThanOrEqual(error + 1e-9);
      }),
      { numRuns: 300 },
    );
  });

  it('are at least three, of the ring itself, and rising', () => {
    fc.assert(
      fc.property(anyRing, anyTolerance, (ring, tolerance) => {
        const { vertices } = simplified(ring, tolerance);
        expect(vertices.length).toBeGreaterThanOrEqual(3);
        expect(vertices).toEqual([...new Set(vertices)].sort((a, b) => a - b));
        expect(Math.max(...vertices)).toBeLessThan(ring.length / 2);
      }),
    );
  });

  it('with no tolerance give exactly the mask', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const rings = traceRings(mask).map((ring) => polygonOf(simplified(ring, 0)));
        expect(rasterizePolygon(rings, mask.widthPx, mask.heightPx)).toEqual(mask);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an edited vertex', () => {
  const edit = fc.record({
    kind: fc.constantFrom('move' as const, 'insert' as const, 'remove' as const),
    vertex: fc.nat(60),
    x: fc.double({ min: -5, max: 30, noNaN: true }),
    y: fc.double({ min: -5, max: 30, noNaN: true }),
  });

  it('leaves every corner alone that is not beside it', () => {
    fc.assert(
      fc.property(anyRing, anyTolerance, edit, (ring, tolerance, { kind, vertex, x, y }) => {
        const held = simplified(ring, tolerance);
        const count = held.vertices.length;
        const k = vertex % count;
        const edited =
          kind === 'move'
            ? withVertexAt(held, k, { x, y })
            : kind === 'insert'
              ? withVertexAfter(held, k, { x, y })
              : withoutVertex(held, k);
        if (!edited) {
          expect([kind, count]).toEqual(['remove', 3]);
          return;
        }
        expect(edited.vertices).toHaveLength(count + { move: 0, insert: 1, remove: -1 }[kind]);
        if (kind !== 'remove') expect(vertexAt(edited, edited.vertices.length - 1)).toEqual({ x, y });
        const replaced = new Set<number>();
        const [from, to] = [held.vertices.at(kind === 'insert' ? k : k - 1)!, held.vertices[(k + 1) % count]!];
        for (let at = (from + 1) % (ring.length / 2); at !== to; at = (at + 1) % (ring.length / 2)) replaced.add(at);
        const kept = places(ring).filter((_, at) => !replaced.has(at));
        const now = places(edited.ring);
        expect(kind === 'remove' ? now : now.slice(0, -1)).toHaveLength(kept.length);
        for (const place of kept) expect(now).toContainEqual(place);
      }),
      { numRuns: 300 },
    );
  });
});
