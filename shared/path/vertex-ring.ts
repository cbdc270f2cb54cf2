/**
 * A closed outline that is held by few vertices and keeps all its detail between them: moving a vertex makes the two
 * stretches beside it straight and leaves the rest as it was. Pixels are not here (`shared/mask`).
 */
import type { Ring } from '../mask';
import type { Place } from './along';

export interface VertexRing {
  /** All its corners, closed: `[x0, y0, x1, y1, ...]`. */
  readonly ring: Ring;
  /** Which of them are vertices, rising; at least three where the ring has as many. */
  readonly vertices: readonly number[];
}

/** Below it a ring encloses nothing. */
const LEAST_VERTICES = 3;

export function cornerOf({ ring }: Pick<VertexRing, 'ring'>, corner: number): Place {
  return { x: ring[2 * corner] as number, y: ring[2 * corner + 1] as number };
}

/** Where vertex `k` is; counted on beyond the last from the first. */
export function vertexAt(held: VertexRing, k: number): Place {
  const { vertices } = held;
  return cornerOf(held, vertices[(k + vertices.length) % vertices.length] as number);
}

/**
 * Chooses vertices so that straight lines between them are nowhere further than the tolerance from the ring: Douglas and
 * Peucker (1973), from the ring's first corner and the one furthest from it. Tolerance 0 leaves out only what is on a
 * straight line.
 */
export function simplified(ring: Ring, tolerancePx: number): VertexRing {
  const count = ring.length / 2;
  const start = cornerOf({ ring }, 0);
  const opposite = furthest(0, count, (at) => distance(cornerOf({ ring }, at), start)).corner;
  const kept = new Set([0, opposite]);
  const stretches: [number, number][] = [
    [0, opposite],
    [opposite, count],
  ];
  // The corner furthest from both chords makes it a triangle at least.
  const [there, back] = stretches.map(([from, to]) => furthestFromChord(ring, from, to)) as [Furthest, Furthest];
  const third = there.away >= back.away ? there : back;
  if (third.away <= tolerancePx) kept.add(third.corner);
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const [from, to] = stretch;
    const { corner, away } = furthestFromChord(ring, from, to);
    if (away <= tolerancePx) continue;
    kept.add(corner);
    stretches.push([from, corner], [corner, to]);
  }
  return { ring, vertices: [...kept].sort((a, b) => a - b) };
}

/**
 * How far straight lines between the vertices are from the ring at most, pixels. It bounds the distance of every place on
 * either from the other: distance from a straight line is largest at a corner.
 */
export function deviationPx({ ring, vertices }: VertexRing): number {
  const count = ring.length / 2;
  return vertices.reduce((most, from, k) => {
    const to = vertices[k + 1] ?? (vertices[0] as number) + count;
    return Math.max(most, furthestFromChord(ring, from, to).away);
  }, 0);
}

/** Vertex `k` elsewhere; it becomes the last. */
export function withVertexAt(held: VertexRing, k: number, place: Place): VertexRing {
  return rerouted(held, k - 1, k + 1, place);
}

/** A vertex more, between `k` and the next; it becomes the last. */
export function withVertexAfter(held: VertexRing, k: number, place: Place): VertexRing {
  return rerouted(held, k, k + 1, place);
}

/** Its neighbours joined by a straight line; null where too few would be left. */
export function withoutVertex(held: VertexRing, k: number): VertexRing | null {
  return held.vertices.length > LEAST_VERTICES ? rerouted(held, k - 1, k + 1, null) : null;
}

/** What lies between two vertices is replaced by straight lines through a place. Begins with the second of them. */
function rerouted({ ring, vertices }: VertexRing, from: number, to: number, through: Place | null): VertexRing {
  const cornerNumber = (k: number): number => vertices[(k + vertices.length) % vertices.length] as number;
  const count = ring.length / 2;
  const first = cornerNumber(to);
  const kept = ((cornerNumber(from) - first + count) % count) + 1;
  const isVertex = new Set(vertices);
  const corners: number[] = [];
  const held: number[] = [];
  for (let k = 0; k < kept; k++) {
    const corner = (first + k) % count;
    if (isVertex.has(corner)) held.push(k);
    corners.push(ring[2 * corner] as number, ring[2 * corner + 1] as number);
  }
  if (!through) return { ring: corners, vertices: held };
  return { ring: [...corners, through.x, through.y], vertices: [...held, kept] };
}

interface Furthest {
  readonly corner: number;
  readonly away: number;
}

function furthestFromChord(ring: Ring, from: number, to: number): Furthest {
  const count = ring.length / 2;
  const [a, b] = [cornerOf({ ring }, from % count), cornerOf({ ring }, to % count)];
  return furthest(from, to, (at) => distanceToSegment(cornerOf({ ring }, at % count), a, b));
}

/** Of the corners strictly between; `from` itself where there is none. */
function furthest(from: number, to: number, awayOf: (at: number) => number): Furthest {
  let best: Furthest = { corner: from, away: 0 };
  for (let at = from + 1; at < to; at++) {
    const away = awayOf(at);
    if (away > best.away) best = { corner: at, away };
  }
  return best;
}

function distance(a: Place, b: Place): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function distanceToSegment(place: Place, a: Place, b: Place): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : ((place.x - a.x) * dx + (place.y - a.y) * dy) / squared;
  const t = Math.min(Math.max(along, 0), 1);
  return distance(place, { x: a.x + t * dx, y: a.y + t * dy });
}
