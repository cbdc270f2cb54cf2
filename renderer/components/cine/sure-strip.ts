/**
 * How sure the masks carried through a loop are, as a strip: a bar as high as it is sure, striped where it is worth a
 * look, hollow where nothing measured it; a diamond where a human stands for the mask. Alike in grey they still differ.
 */
import type { LabelOnFrame } from '../../../shared/domain';
import type { StripSize } from './state-strip';

/** Carrying stops below 0.4: what is little above deserves a look. */
const LEAST_SURE = 0.5;

export type Sureness = 'sure' | 'unsure' | 'unmeasured' | 'key' | null;

/** Null: there is nothing to say of this frame. */
export function surenessOf(frame: LabelOnFrame | undefined): Sureness {
  if (frame?.by === 'human') return frame.masks > 0 ? 'key' : null;
  if (frame?.by !== 'propagation') return null;
  if (frame.confidence === null) return 'unmeasured';
  return frame.confidence < LEAST_SURE ? 'unsure' : 'sure';
}

/** @param context of a canvas whose unit is a CSS pixel */
export function drawSureness(
  context: CanvasRenderingContext2D,
  frames: readonly LabelOnFrame[],
  { width, height, count }: StripSize,
  colourOf: (colour: string) => string,
): void {
  context.clearRect(0, 0, width, height);
  const [proposed, warning, human] = ['proposed', 'warning', 'good'].map((name) => colourOf(`var(--sm-${name})`));
  for (const [i, frame] of frames.entries()) {
    const [left, right] = [(i * width) / count, ((i + 1) * width) / count];
    const gap = right - left > 4 ? 1 : 0;
    const bar = { x: left, width: right - left - gap, height: Math.max(1, (frame.confidence ?? 1) * height) };
    const kind = surenessOf(frame);
    context.fillStyle = context.strokeStyle = (kind === 'key' ? human : kind === 'unsure' ? warning : proposed) ?? '';
    if (kind === 'key') drawDiamond(context, (left + right) / 2, height / 2, Math.min(4, height / 2));
    else if (kind === 'sure') context.fillRect(bar.x, height - bar.height, bar.width, bar.height);
    else if (kind === 'unsure') drawStripes(context, bar, height);
    else if (kind === 'unmeasured') context.fillRect(bar.x, height - 1.5, bar.width, 1.5);
  }
}

function drawDiamond(context: CanvasRenderingContext2D, x: number, y: number, reach: number): void {
  context.beginPath();
  context.moveTo(x, y - reach);
  context.lineTo(x + reach, y);
  context.lineTo(x, y + reach);
  context.lineTo(x - reach, y);
  context.fill();
}

function drawStripes(context: CanvasRenderingContext2D, bar: { x: number; width: number; height: number }, to: number) {
  for (let y = to - 1; y >= to - bar.height; y -= 2) context.fillRect(bar.x, y, bar.width, 1);
}
