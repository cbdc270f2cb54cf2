/** How a head's mask and the reader's own are drawn where heads are compared. Image coordinates. */
import type { PaintedMask } from './painted-mask';

type Context = CanvasRenderingContext2D;

export interface ComparedLook {
  /** Of the fill, 0 to 1. */
  readonly opacity: number;
  /** Screen pixels an image pixel: lines are equally wide at any zoom. */
  readonly scale: number;
}

/** What a head draws: filled, with its outline. */
export function drawHeadMask(context: Context, { colour, fill, outline }: PaintedMask, look: ComparedLook): void {
  const { drawable } = fill;
  if (!drawable) return;
  const { opacity, scale } = look;
  context.globalAlpha = opacity;
  context.drawImage(drawable.canvas, drawable.x, drawable.y);
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 1.5 / scale;
  context.stroke(outline);
}

/** The reader's own mask: white dashes on black, seen on any image and any colour. */
export function drawReadersOutline(context: Context, path: Path2D, scale: number): void {
  context.strokeStyle = 'rgba(0, 0, 0, 0.75)';
  context.lineWidth = 3 / scale;
  context.stroke(path);
  context.setLineDash([5 / scale, 4 / scale]);
  context.strokeStyle = '#ffffff';
  context.lineWidth = 1.5 / scale;
  context.stroke(path);
  context.setLineDash([]);
}
