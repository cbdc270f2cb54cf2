/** A mask's outline along its pixel edges as a path in image coordinates, to be stroked at any zoom. */
import { boundingBox, cropMask, traceRings, type Mask, type Ring } from '../../shared/mask';

/** Looks only at the mask's bounding box, so that a small mask on a large frame costs little. */
export function outlinePath(mask: Mask): Path2D {
  const path = new Path2D();
  const box = boundingBox(mask);
  if (box === null) return path;
  for (const ring of traceRings(cropMask(mask, box))) addRing(path, ring, box[0], box[1]);
  return path;
}

function addRing(path: Path2D, ring: Ring, dx: number, dy: number): void {
  for (let k = 0; k < ring.length; k += 2) {
    const [x, y] = [(ring[k] as number) + dx, (ring[k + 1] as number) + dy];
    if (k === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  path.closePath();
}
