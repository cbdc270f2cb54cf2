/** A mask's outline along its pixel edges as a path in image coordinates, to be stroked at any zoom. */
import { traceRings, type Crop, type Ring } from '../../shared/mask';

/**
 * @param crop null for an empty mask
 * @param tolerancePx how far a vertex that is left out may be from one that is kept; 0: none is left out
 */
export function outlinePath(crop: Crop | null, tolerancePx = 0): Path2D {
  const path = new Path2D();
  if (crop === null) return path;
  const [dx, dy] = crop.box;
  for (const ring of traceRings(crop.mask)) addRing(path, thinned(ring, tolerancePx), dx, dy);
  return path;
}

/** Vertices nearer than the tolerance to the one kept before are left out; a ring as small as that is kept whole. */
export function thinned(ring: Ring, tolerancePx: number): Ring {
  if (tolerancePx === 0) return ring;
  const kept: number[] = [];
  let [lastX, lastY] = [Infinity, Infinity];
  for (let k = 0; k < ring.length; k += 2) {
    const [x, y] = [ring[k] as number, ring[k + 1] as number];
    if (Math.hypot(x - lastX, y - lastY) <= tolerancePx) continue;
    kept.push(x, y);
    [lastX, lastY] = [x, y];
  }
  return kept.length < 6 ? ring : kept;
}

function addRing(path: Path2D, ring: Ring, dx: number, dy: number): void {
  for (let k = 0; k < ring.length; k += 2) {
    const [x, y] = [(ring[k] as number) + dx, (ring[k + 1] as number) + dy];
    if (k === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}
