/** Length of a mask's outline, holes' included. Counting pixel edges would give 4 / pi times too much. */
import type { Mask, Spacing } from '../mask';

/**
 * Crofton's formula with four directions of lines, each weighted with the angles it stands for: Legland, Kieu and Devaux,
 * "Computation of Minkowski measures on 2D and 3D binary images", Image Analysis and Stereology 26 (2007). Pixels need
 * not be square. What the image border cuts off counts as outline.
 *
 * @returns in units of `spacing`; `[1, 1]`: pixels
 */
export function perimeter(mask: Mask, [stepX, stepY]: Spacing = [1, 1]): number {
  const { widthPx, heightPx, data } = mask;
  const at = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= widthPx || y >= heightPx ? 0 : (data[y * widthPx + x] as number);
  let [across, down, falling, rising] = [0, 0, 0, 0];
  for (let y = -1; y < heightPx; y++) {
    for (let x = -1; x < widthPx; x++) {
      const [here, right, below, beyond] = [at(x, y), at(x + 1, y), at(x, y + 1), at(x + 1, y + 1)];
      across += here ^ right;
      down += here ^ below;
      falling += here ^ beyond;
      rising += right ^ below;
    }
  }
  const slope = Math.atan2(stepY, stepX);
  const cell = stepX * stepY;
  const diagonal = Math.hypot(stepX, stepY);
  // Angles around each direction, of pi: half the gap to its neighbour on either side.
  const [flat, steep, oblique] = [slope / Math.PI, (Math.PI / 2 - slope) / Math.PI, 0.25];
  const lines = (flat * across * cell) / stepX + (steep * down * cell) / stepY;
  return (Math.PI / 2) * (lines + (oblique * (falling + rising) * cell) / diagonal);
}
