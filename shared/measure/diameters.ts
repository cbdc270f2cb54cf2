/** Caliper (Feret) diameters of a mask, measured on the corners of its pixels. */
import { traceOutlines, type Mask, type Spacing } from '../mask';

type Point = readonly [x: number, y: number];

/** In units of the spacing; `[1, 1]`: pixels. */
export interface Diameters {
  /** The longest distance between two points of the mask, and these points in image coordinates (pixels). */
  readonly max: number;
  readonly maxEnds: readonly [Point, Point];
  /** The smallest distance of two parallel lines that hold the mask between them. */
  readonly min: number;
}

/**
 * Over the convex hull of all components: rotating calipers, M. I. Shamos, "Computational Geometry" (1978). The hull of
 * a mask has few corners, so all pairs are looked at.
 *
 * @returns null for an empty mask
 */
export function diameters(mask: Mask, [stepX, stepY]: Spacing = [1, 1]): Diameters | null {
  const corners: Point[] = [];
  for (const { outer } of traceOutlines(mask)) {
    for (let i = 0; i < outer.length; i += 2) {
      corners.push([(outer[i] as number) * stepX, (outer[i + 1] as number) * stepY]);
    }
  }
  const hull = convexHull(corners);
  const [first] = hull;
  if (!first) return null;
  let longest: readonly [Point, Point] = [first, first];
  let min = Infinity;
  for (const [k, a] of hull.entries()) {
    const b = hull[(k + 1) % hull.length] as Point;
    let width = 0;
    for (const p of hull) {
      if (distance(a, p) > distance(...longest)) longest = [a, p];
      width = Math.max(width, Math.abs(cross(a, b, p)) / distance(a, b));
    }
    min = Math.min(min, width);
  }
  const inPixels = ([x, y]: Point): Point => [x / stepX, y / stepY];
  return { max: distance(...longest), maxEnds: [inPixels(longest[0]), inPixels(longest[1])], min };
}

function distance([ax, ay]: Point, [bx, by]: Point): number {
  return Math.hypot(bx - ax, by - ay);
}

/** Twice the area of the triangle; positive where p lies clockwise (on the screen) of the way from a to b. */
function cross([ax, ay]: Point, [bx, by]: Point, [px, py]: Point): number {
  return (bx - ax) * (py - ay) - (by - ay) * (px - ax);
}

/** Andrew's monotone chain (1979); no three corners on a line. */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const chain = (ordered: readonly Point[]): Point[] => {
    const hull: Point[] = [];
    for (const point of ordered) {
      while (hull.length > 1 && cross(hull.at(-2) as Point, hull.at(-1) as Point, point) <= 0) hull.pop();
      hull.push(point);
    }
    hull.pop();
    return hull;
  };
  return [...chain(sorted), ...chain(sorted.reverse())];
}
