/** The states of a loop's frames as a strip: a colour and a shape each, and an icon where frames of one state have room. */
import type { FrameState } from '../../../shared/domain';
import { ICONS } from '../icons';
import { STATE_LOOKS } from '../states';

/** What part of the height a state fills, from top to bottom: alike in grey they still differ. */
const SHAPES: Readonly<Record<FrameState, readonly (readonly [from: number, to: number])[]>> = {
  unopened: [[0.44, 0.56]],
  proposed: [[0.62, 1]],
  corrected: [[0.3, 1]],
  accepted: [[0, 1]],
  rejected: [[0, 0.38]],
  failed: [
    [0, 0.3],
    [0.7, 1],
  ],
};

/** Neighbouring frames of one state; `to` is the frame after the last. */
export interface StateRun {
  readonly state: FrameState;
  readonly from: number;
  readonly to: number;
}

export function runsOf(frames: readonly { readonly state: FrameState }[]): StateRun[] {
  const runs: { state: FrameState; from: number; to: number }[] = [];
  for (const [i, { state }] of frames.entries()) {
    const run = runs.at(-1);
    if (run?.state === state) run.to = i + 1;
    else runs.push({ state, from: i, to: i + 1 });
  }
  return runs;
}

/** CSS pixels, and how many frames they hold. */
export interface StripSize {
  readonly width: number;
  readonly height: number;
  readonly count: number;
}

/** Of a strip's canvas whose unit is a CSS pixel; the last gives the value of a colour written as `var(--NAME)`. */
export type StripDrawing = (
  context: CanvasRenderingContext2D,
  size: StripSize,
  colourOf: (colour: string) => string,
) => void;

const ICON_PX = 10;
const ROOM_PX = ICON_PX + 6;

/**
 * @param context of a canvas whose unit is a CSS pixel
 * @param colourOf the value of a colour that may be written as `var(--NAME)`
 */
export function drawStates(
  context: CanvasRenderingContext2D,
  runs: readonly StateRun[],
  { width, height, count }: StripSize,
  colourOf: (colour: string) => string,
): void {
  context.clearRect(0, 0, width, height);
  for (const { state, from, to } of runs) {
    const [left, right] = [(from * width) / count, (to * width) / count];
    // Runs are told apart by a gap where there is room for one.
    const gap = right - left > 4 ? 1 : 0;
    const hasIcon = right - left >= ROOM_PX && state !== 'unopened';
    context.fillStyle = colourOf(STATE_LOOKS[state].colour);
    for (const [top, bottom] of SHAPES[state]) {
      context.globalAlpha = hasIcon ? 0.4 : 1;
      context.fillRect(left, top * height, right - left - gap, Math.max(1, (bottom - top) * height));
    }
    context.globalAlpha = 1;
    if (hasIcon) drawIcon(context, state, (left + right) / 2, height / 2);
  }
}

function drawIcon(context: CanvasRenderingContext2D, state: FrameState, x: number, y: number): void {
  const { fillStyle } = context;
  context.save();
  context.translate(x - ICON_PX / 2, y - ICON_PX / 2);
  context.scale(ICON_PX / 16, ICON_PX / 16);
  context.lineWidth = 2.2;
  context.lineCap = context.lineJoin = 'round';
  context.strokeStyle = fillStyle;
  context.stroke(new Path2D(ICONS[STATE_LOOKS[state].icon]));
  context.restore();
}
