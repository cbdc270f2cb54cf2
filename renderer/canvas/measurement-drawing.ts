/** How measurements look on the image: lines with their sizes beside them, in screen coordinates. */
import type Konva from 'konva';
import type { Measurement } from '../../shared/domain';
import { ellipseAxes, type Ellipse } from '../../shared/measure';
import type { Draft } from './tools';
import { toScreen, type Point, type Viewport } from './viewport';

type Context = Konva.Context;

interface ShownMeasurement {
  readonly measured: Measurement;
  /** Its sizes, a line each. */
  readonly texts: readonly string[];
}

/** What is measured on the frame. */
export interface MeasuredFrame {
  readonly lines: readonly ShownMeasurement[];
  lineOf(measured: Measurement): ShownMeasurement;
  readonly maskEllipse: Ellipse | null;
}

/** As on the machines: yellow on a dark rim is seen on any tissue. */
const COLOUR = '#ffd84d';
const HALO = 'rgba(0, 0, 0, 0.8)';
const CROSS = 5;
const LINE_HEIGHT = 16;
const FONT = '600 12px system-ui, "Noto Sans CJK SC", sans-serif';

/** What is measured, and what is being measured in place of what it was made of. */
export function drawMeasurements(
  context: Context,
  frame: MeasuredFrame,
  draft: Draft | null,
  viewport: Viewport,
): void {
  const begun = draft?.kind === 'measurement' ? draft : null;
  if (frame.maskEllipse) drawMaskEllipse(context, frame.maskEllipse, viewport);
  for (const [index, line] of frame.lines.entries()) {
    if (index !== begun?.replaces) drawMeasurement(context, line, viewport);
  }
  if (begun) drawMeasurement(context, frame.lineOf(begun.measured), viewport);
}

function drawMeasurement(context: Context, { measured, texts }: ShownMeasurement, viewport: Viewport): void {
  const from = toScreen(viewport, { x: measured.x0, y: measured.y0 });
  const to = toScreen(viewport, { x: measured.x1, y: measured.y1 });
  drawLine(context, from, to);
  if (measured.kind === 'ellipse') {
    const { centre, u, v } = ellipseAxes(measured);
    const side = (sign: number): Point => toScreen(viewport, { x: centre.x + sign * v.x, y: centre.y + sign * v.y });
    drawLine(context, side(1), side(-1));
    const { scale } = viewport;
    const radii = { a: Math.hypot(u.x, u.y) * scale, b: measured.asidePx * scale };
    drawEllipse(context, toScreen(viewport, centre), radii, Math.atan2(u.y, u.x));
  }
  drawTexts(context, texts, from.x > to.x ? from : to);
}

/** The ellipse a mask looks like. */
function drawMaskEllipse(context: Context, ellipse: Ellipse, viewport: Viewport): void {
  const { semiMajor, semiMinor, angleRad } = ellipse;
  const radii = { a: semiMajor * viewport.scale, b: semiMinor * viewport.scale };
  context.setLineDash([3, 4]);
  drawEllipse(context, toScreen(viewport, ellipse), radii, angleRad);
  context.setLineDash([]);
}

/** Thin, with a cross at each end, so that the ends can be placed exactly. */
function drawLine(context: Context, from: Point, to: Point): void {
  context.setLineDash([2, 4]);
  context.beginPath();
  context.moveTo(from.x, from.y);
  context.lineTo(to.x, to.y);
  strokeTwice(context);
  context.setLineDash([]);
  context.beginPath();
  for (const { x, y } of [from, to]) {
    context.moveTo(x - CROSS, y);
    context.lineTo(x + CROSS, y);
    context.moveTo(x, y - CROSS);
    context.lineTo(x, y + CROSS);
  }
  strokeTwice(context);
}

function drawEllipse(context: Context, { x, y }: Point, { a, b }: { a: number; b: number }, angle: number): void {
  context.beginPath();
  context.ellipse(x, y, a, b, angle, 0, 2 * Math.PI, false);
  strokeTwice(context);
}

function drawTexts(context: Context, texts: readonly string[], { x, y }: Point): void {
  context.setAttr('font', FONT);
  context.setAttr('textBaseline', 'middle');
  context.setAttr('lineJoin', 'round');
  context.setAttr('lineWidth', 3.5);
  context.setAttr('strokeStyle', HALO);
  context.setAttr('fillStyle', COLOUR);
  texts.forEach((text, line) => {
    const [left, middle] = [x + 10, y + line * LINE_HEIGHT];
    context.strokeText(text, left, middle);
    context.fillText(text, left, middle);
  });
}

function strokeTwice(context: Context): void {
  context.setAttr('strokeStyle', HALO);
  context.setAttr('lineWidth', 3.5);
  context.stroke();
  context.setAttr('strokeStyle', COLOUR);
  context.setAttr('lineWidth', 1.5);
  context.stroke();
}
