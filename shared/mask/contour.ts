/**
 * Outlines of a mask along the pixel edges (crack following). Exact: rasterising them gives the mask back. Not smoothed
 * and not simplified.
 */
import { connectedComponents } from './components';
import type { Mask } from './mask';

/** A closed polygon `[x0, y0, x1, y1, ...]` in image coordinates; the last point is joined to the first. */
export type Ring = readonly number[];

/** One component of a mask, as pixels that share edges: its outer ring and the rings of its holes. */
export interface Outline {
  /** Clockwise on the screen. */
  readonly outer: Ring;
  /** Counter-clockwise on the screen. */
  readonly holes: readonly Ring[];
}

// Directions in clockwise order on the screen: east, south, west, north.
const STEP_X = [1, 0, -1, 0] as const;
const STEP_Y = [0, 1, 0, -1] as const;
// From a corner (x, y), the pixel ahead to the right and the one ahead to the left of each direction.
const RIGHT_X = [0, -1, -1, 0] as const;
const RIGHT_Y = [0, 0, -1, -1] as const;
const LEFT_X = [0, 0, -1, -1] as const;
const LEFT_Y = [-1, 0, 0, -1] as const;

type Direction = 0 | 1 | 2 | 3;

/**
 * Follows the boundary, mask on the right, from the upper left corner of pixel (startX, startY) eastwards until it is
 * there again; marks each upper edge it passes. Where two pixels touch at a corner only, stays with its own.
 */
function followRing(mask: Mask, startX: number, startY: number, seenUpperEdge: Uint8Array): Ring {
  const { widthPx, heightPx, data } = mask;
  const isSet = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < widthPx && y < heightPx && data[y * widthPx + x] === 1;
  const ring: number[] = [];
  let x = startX;
  let y = startY;
  let direction: Direction = 0;
  do {
    ring.push(x, y);
    let turned: Direction = direction;
    while (turned === direction) {
      if (direction === 0) seenUpperEdge[y * widthPx + x] = 1;
      x += STEP_X[direction];
      y += STEP_Y[direction];
      if (!isSet(x + RIGHT_X[direction], y + RIGHT_Y[direction])) turned = ((direction + 1) & 3) as Direction;
      else if (isSet(x + LEFT_X[direction], y + LEFT_Y[direction])) turned = ((direction + 3) & 3) as Direction;
    }
    direction = turned;
  } while (x !== startX || y !== startY || direction !== 0);
  return ring;
}

/**
 * All rings of a mask, of whichever component, in reading order of where they begin: each on the upper left corner of a
 * pixel of its component. Outer rings run clockwise on the screen, those of holes counter-clockwise.
 */
export function traceRings(mask: Mask): Ring[] {
  const { widthPx, heightPx, data } = mask;
  const rings: Ring[] = [];
  const seenUpperEdge = new Uint8Array(data.length);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0, i = y * widthPx; x < widthPx; x++, i++) {
      const hasUpperEdge = data[i] === 1 && (y === 0 || data[i - widthPx] === 0);
      // The first upper edge of a ring in reading order begins at a corner of the ring.
      if (hasUpperEdge && seenUpperEdge[i] === 0) rings.push(followRing(mask, x, y, seenUpperEdge));
    }
  }
  return rings;
}

/**
 * The outlines of all components, in order of their first pixel. Corners lie on pixel corners (whole numbers), only where
 * the direction changes. Components are 4-connected, so outlines of pixels that share only a corner touch there.
 */
export function traceOutlines(mask: Mask): Outline[] {
  const { labels, areasPx } = connectedComponents(mask, 4);
  const ringsOf: Ring[][] = areasPx.map(() => []);
  for (const ring of traceRings(mask)) {
    const [x = 0, y = 0] = ring;
    ringsOf[(labels[y * mask.widthPx + x] as number) - 1]?.push(ring);
  }
  // A component's first pixel lies on its outer ring, so that ring was found first.
  return ringsOf.map(([outer = [], ...holes]) => ({ outer, holes }));
}
