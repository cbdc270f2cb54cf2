/** Motion of an image as a field that is known at places of a grid, and what lies between places and between pixels. */

/** Between places where motion is measured, in pixels. */
export const GRID_PX = 8;

/** Where each place came from, in pixels at the working size. */
export interface Field {
  /** Places a row. */
  readonly across: number;
  readonly down: number;
  readonly dx: Float32Array;
  readonly dy: Float32Array;
}

/** A component of the motion between the places it is known at; at a pixel of the working size. */
export function mixed({ across, down }: Field, component: Float32Array, x: number, y: number): number {
  const [[u, fu], [v, fv]] = [whole(x / GRID_PX), whole(y / GRID_PX)];
  const at = (column: number, row: number): number =>
    component[Math.min(row, down - 1) * across + Math.min(column, across - 1)] as number;
  return (1 - fv) * ((1 - fu) * at(u, v) + fu * at(u + 1, v)) + fv * ((1 - fu) * at(u, v + 1) + fu * at(u + 1, v + 1));
}

/** Between four pixels; null outside. */
export function sampled(
  values: ArrayLike<number>,
  widthPx: number,
  heightPx: number,
  x: number,
  y: number,
): number | null {
  const [[u, fu], [v, fv]] = [whole(x), whole(y)];
  if (u < 0 || v < 0 || u + 1 >= widthPx || v + 1 >= heightPx) return null;
  const at = (i: number): number => values[i] as number;
  const i = v * widthPx + u;
  return (1 - fv) * ((1 - fu) * at(i) + fu * at(i + 1)) + fv * ((1 - fu) * at(i + widthPx) + fu * at(i + widthPx + 1));
}

function whole(value: number): [number, number] {
  const floor = Math.floor(value);
  return [floor, value - floor];
}
