/**
 * The one place where source-image pixels become network coordinates. A source frame of any size is stretched to the
 * network's square; image coordinates have pixel centres at +0.5, SAM's have them at whole numbers.
 */
import { INPUT_SIZE_PX, POINT_LABEL } from '../../models/autosamus';
import type { Prompt } from '../../shared/domain';
import { AppError } from '../../shared/errors';

export interface NetworkPrompt {
  /** x, y, x, y, ... in the 256 px frame */
  readonly points: number[];
  readonly labels: number[];
}

/**
 * Points, then the box's corners; without a box SAM's padding point is appended, without any prompt there is nothing.
 * @throws AppError 'prompt-invalid' for a point outside the frame.
 */
export function toNetworkPrompt(prompt: Prompt, widthPx: number, heightPx: number): NetworkPrompt {
  const points: number[] = [];
  const labels: number[] = [];
  const place = (x: number, y: number, label: number) => {
    if (!(x >= 0 && x <= widthPx && y >= 0 && y <= heightPx)) {
      throw new AppError('prompt-invalid', `${x},${y}`, `(${x}, ${y}) lies outside the ${widthPx}x${heightPx} frame`);
    }
    points.push((x * INPUT_SIZE_PX) / widthPx - 0.5, (y * INPUT_SIZE_PX) / heightPx - 0.5);
    labels.push(label);
  };
  for (const { x, y, positive } of prompt.points) place(x, y, positive ? POINT_LABEL.positive : POINT_LABEL.negative);
  if (prompt.box) {
    // Ours are edges; SAM's corners, and those the model was trained on, are the first and last pixel within them.
    const { x0, y0, x1, y1 } = prompt.box;
    const [halfX, halfY] = [widthPx / INPUT_SIZE_PX / 2, heightPx / INPUT_SIZE_PX / 2];
    place(Math.min(x0 + halfX, widthPx), Math.min(y0 + halfY, heightPx), POINT_LABEL.boxMin);
    place(Math.max(x1 - halfX, 0), Math.max(y1 - halfY, 0), POINT_LABEL.boxMax);
  } else if (labels.length > 0) {
    points.push(0, 0);
    labels.push(POINT_LABEL.padding);
  }
  return { points, labels };
}
