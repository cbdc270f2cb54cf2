/**
 * The one place where source-image pixels become network coordinates. A source frame of any size is stretched to the
 * network's square; image coordinates have pixel centres at +0.5, SAM's have them at whole numbers. Back the same way: what
 * of the network's output a prompt allows.
 */
import { INPUT_SIZE_PX, LOW_RES_SIZE, POINT_LABEL } from '../../models/autosamus';
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

/** A box is drawn by hand: what it means may lie this part of its size outside it. */
const BOX_TOLERANCE = 0.1;
/** A logit that is background beyond doubt. */
const BACKGROUND = -10;

/**
 * A box says where the object is, so nothing is drawn outside it but within a tolerance and as far as positive points
 * reach. Not SAM's doing: its decoder only leans on the box, and on ultrasound leaks along shadows and bright lines.
 *
 * @param logits [128, 128], of a frame of this size; changed in place
 */
export function confineToBox(logits: Float32Array, prompt: Prompt, widthPx: number, heightPx: number): void {
  if (!prompt.box) return;
  const { x0, y0, x1, y1 } = prompt.box;
  const inside = prompt.points.filter(({ positive }) => positive);
  const [marginX, marginY] = [BOX_TOLERANCE * (x1 - x0), BOX_TOLERANCE * (y1 - y0)];
  const [xs, ys] = [
    [x0, x1, ...inside.map(({ x }) => x)],
    [y0, y1, ...inside.map(({ y }) => y)],
  ];
  const [left, right] = [Math.min(...xs) - marginX, Math.max(...xs) + marginX];
  const [top, bottom] = [Math.min(...ys) - marginY, Math.max(...ys) + marginY];
  for (let row = 0; row < LOW_RES_SIZE; row++) {
    const y = ((row + 0.5) * heightPx) / LOW_RES_SIZE;
    for (let column = 0; column < LOW_RES_SIZE; column++) {
      const x = ((column + 0.5) * widthPx) / LOW_RES_SIZE;
      if (x >= left && x <= right && y >= top && y <= bottom) continue;
      const i = row * LOW_RES_SIZE + column;
      logits[i] = Math.min(logits[i] ?? 0, BACKGROUND);
    }
  }
}
