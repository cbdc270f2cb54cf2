/** Paths as they are drawn by hand: how long they are, and places along them. */

/** Image coordinates. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** Length of the line through `[x0, y0, x1, y1, ...]`. */
export function pathLength(path: readonly number[]): number {
  let length = 0;
  for (let k = 2; k < path.length; k += 2) length += pieceLength(path, k);
  return length;
}

/**
 * The middles of `count` equally long pieces of a path: evenly spaced, none at an end. Of a path without length, its only
 * place, once.
 *
 * @param path `[x0, y0, x1, y1, ...]`, at least one place
 */
export function placesAlong(path: readonly number[], count: number): Place[] {
  const length = pathLength(path);
  if (length === 0) return [{ x: path[0] ?? 0, y: path[1] ?? 0 }];
  const places: Place[] = [];
  let passed = 0;
  for (let k = 2; k < path.length; k += 2) {
    const piece = pieceLength(path, k);
    const [x0, y0, x1, y1] = path.slice(k - 2, k + 2) as [number, number, number, number];
    while (piece > 0 && places.length < count) {
      const along = ((places.length + 0.5) * length) / count - passed;
      if (along > piece) break;
      places.push({ x: x0 + ((x1 - x0) * along) / piece, y: y0 + ((y1 - y0) * along) / piece });
    }
    passed += piece;
  }
  return places;
}

/** Of the piece that ends with the coordinates at `k`. */
function pieceLength(path: readonly number[], k: number): number {
  return Math.hypot((path[k] as number) - (path[k - 2] as number), (path[k + 1] as number) - (path[k - 1] as number));
}
