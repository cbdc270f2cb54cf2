/**
 * How masks, prompts and previews look: functions that draw on a canvas. Masks take the view they are drawn in; where marks
 * are is the caller's matter, in screen coordinates. What tools have begun: `draft-drawing.ts`.
 */
import type Konva from 'konva';
import type { Prompt } from '../../shared/domain';
import type { Overlay } from './mask-overlays';
import type { MaskCanvas } from './mask-canvas';
import type { PaintedMask } from './painted-mask';
import { isMagnified, toScreen, type Viewport } from './viewport';

type Context = Konva.Context;
export type Context2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export interface MaskLook {
  /** Of the fill, 0 to 1. */
  readonly opacity: number;
  readonly outlinesOnly: boolean;
  /** Pixels of the display a CSS pixel. */
  readonly ratio: number;
}

/** Where on the canvas the image is, and how its masks look. */
export interface MaskView {
  readonly viewport: Omit<Viewport, 'fitted'>;
  readonly look: MaskLook;
}

/** Positive and negative points differ in shape and sign, not only in colour. */
export const POSITIVE = '#2fbf71';
export const NEGATIVE = '#e5484d';
const HALO = 'rgba(0, 0, 0, 0.75)';
export const LIGHT = '#ffffff';
/** Of a mask that is not the chosen one, in CSS pixels. */
export const OUTLINE_PX = 1.25;

/** Fills and outlines, first to last; lines are equally wide at any zoom. Sets the canvas's transform. */
export function drawMasks(
  context: Context2D,
  overlays: readonly Overlay[],
  active: unknown,
  { viewport, look }: MaskView,
): void {
  const { scale, offsetX, offsetY } = viewport;
  const { ratio } = look;
  context.setTransform(scale * ratio, 0, 0, scale * ratio, offsetX * ratio, offsetY * ratio);
  context.imageSmoothingEnabled = !isMagnified(viewport, ratio);
  for (const overlay of overlays) {
    const path = overlay.outline(scale);
    // A stroke under way has no outline yet: its fill is shown in outline mode too.
    const opacity = look.outlinesOnly && path ? 0 : look.opacity;
    if (opacity > 0) drawFill(context, overlay.fill, opacity);
    if (!path) continue;
    const chosen = overlay.instance === active;
    if (chosen) strokePath(context, path, HALO, 3.5 / scale);
    strokePath(context, path, overlay.colour, (chosen ? 2 : OUTLINE_PX) / scale);
  }
}

/** Image coordinates: what a click here would give, as a ghost. */
export function drawPreview(context: Context2D, { fill, outline, colour }: PaintedMask, scale: number): void {
  drawFill(context, fill, 0.18);
  context.setLineDash([4 / scale, 4 / scale]);
  strokePath(context, outline, HALO, 2.5 / scale);
  strokePath(context, outline, colour, 1.25 / scale);
  context.setLineDash([]);
}

/** Screen coordinates: the points and the box of an instance. */
export function drawPrompt(context: Context, prompt: Prompt, viewport: Viewport, pending: boolean): void {
  if (prompt.box) {
    const { x0, y0, x1, y1 } = prompt.box;
    drawBox(context, toScreen(viewport, { x: x0, y: y0 }), toScreen(viewport, { x: x1, y: y1 }), pending);
  }
  prompt.points.forEach((point, index) => {
    const { x, y } = toScreen(viewport, point);
    drawPoint(context, x, y, point.positive);
    if (pending && index === prompt.points.length - 1) drawRing(context, x, y, 12);
  });
}

function drawFill(context: Context2D, fill: MaskCanvas, opacity: number): void {
  const { drawable } = fill;
  if (!drawable) return;
  context.globalAlpha = opacity;
  context.drawImage(drawable.canvas, drawable.x, drawable.y);
  context.globalAlpha = 1;
}

function strokePath(context: Context2D, path: Path2D, colour: string, width: number): void {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
}

/** A disc with a plus, or a square standing on its corner with a minus. */
export function drawPoint(context: Context, x: number, y: number, positive: boolean): void {
  const r = positive ? 7 : 8;
  context.beginPath();
  if (positive) context.arc(x, y, r, 0, 2 * Math.PI, false);
  else {
    context.moveTo(x, y - r);
    context.lineTo(x + r, y);
    context.lineTo(x, y + r);
    context.lineTo(x - r, y);
    context.closePath();
  }
  context.setAttr('fillStyle', positive ? POSITIVE : NEGATIVE);
  context.fill();
  outlineTwice(context, 1.5);
  context.beginPath();
  context.moveTo(x - 3.5, y);
  context.lineTo(x + 3.5, y);
  if (positive) {
    context.moveTo(x, y - 3.5);
    context.lineTo(x, y + 3.5);
  }
  context.setAttr('strokeStyle', LIGHT);
  context.setAttr('lineWidth', 2);
  context.stroke();
}

export function drawBox(
  context: Context,
  from: { x: number; y: number },
  to: { x: number; y: number },
  dashed: boolean,
): void {
  context.setLineDash(dashed ? [6, 4] : []);
  context.beginPath();
  context.rect(from.x, from.y, to.x - from.x, to.y - from.y);
  outlineTwice(context, 1.5);
  context.setLineDash([]);
}

function drawRing(context: Context, x: number, y: number, radius: number): void {
  context.setLineDash([4, 3]);
  circle(context, x, y, radius, LIGHT);
  context.setLineDash([]);
}

export function circle(context: Context, x: number, y: number, radius: number, colour: string): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI, false);
  outlineTwice(context, 1.5, colour);
}

/** A light line on a dark one: seen on any image. */
export function outlineTwice(context: Context, width: number, colour = LIGHT): void {
  context.setAttr('strokeStyle', HALO);
  context.setAttr('lineWidth', width + 2);
  context.stroke();
  context.setAttr('strokeStyle', colour);
  context.setAttr('lineWidth', width);
  context.stroke();
}

const CROSSHAIR = { from: 4, to: 16 };

/** Where the keyboard points; open in the middle, so that what is under it is seen. */
export function drawCrosshair(context: Context, { x, y }: { x: number; y: number }): void {
  const { from, to } = CROSSHAIR;
  context.beginPath();
  for (const sign of [-1, 1]) {
    context.moveTo(x + sign * from, y);
    context.lineTo(x + sign * to, y);
    context.moveTo(x, y + sign * from);
    context.lineTo(x, y + sign * to);
  }
  outlineTwice(context, 2);
}
