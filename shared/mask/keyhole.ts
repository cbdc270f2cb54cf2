/**
 * Masks as single polygons, for formats that have no place for holes or for an instance in several parts: rings are joined
 * by bridges of no width, walked there and back. Filling by the even-odd rule at pixel centres gives the mask back.
 */
import { traceOutlines, type Outline, type Ring } from './contour';
import type { Mask } from './mask';

/** A polygon for each component; holes are joined to their outer ring. */
export function componentPolygons(mask: Mask): Ring[] {
  return traceOutlines(mask).map(({ outer, holes }) => joinRings([outer, ...holes]));
}

export interface WholePolygon {
  /** Empty for an empty mask. */
  readonly polygon: Ring;
  readonly parts: number;
  readonly holes: number;
}

/** One polygon for the whole mask. */
export function wholePolygon(mask: Mask): WholePolygon {
  const outlines: readonly Outline[] = traceOutlines(mask);
  const rings = outlines.flatMap(({ outer, holes }) => [outer, ...holes]);
  return { polygon: joinRings(rings), parts: outlines.length, holes: rings.length - outlines.length };
}

/** Each ring is hung on the nearest corner of those before it. */
function joinRings(rings: readonly Ring[]): Ring {
  let joined: number[] = [];
  for (const ring of rings) {
    const [startX = 0, startY = 0] = ring;
    if (joined.length === 0) {
      joined = [...ring];
      continue;
    }
    const at = nearestCorner(joined, startX, startY);
    const corner = joined.slice(at, at + 2);
    joined = [...joined.slice(0, at + 2), ...ring, startX, startY, ...corner, ...joined.slice(at + 2)];
  }
  return joined;
}

function nearestCorner(ring: Ring, x: number, y: number): number {
  let best = 0;
  let least = Infinity;
  for (let i = 0; i < ring.length; i += 2) {
    const squared = ((ring[i] as number) - x) ** 2 + ((ring[i + 1] as number) - y) ** 2;
    if (squared >= least) continue;
    least = squared;
    best = i;
  }
  return best;
}
