/** How what a tool has begun looks, in screen coordinates. What is there already is drawn by `drawing.ts`. */
import type Konva from 'konva';
import { vertexAt } from '../../shared/path';
import { circle, drawBox, drawPoint, LIGHT, NEGATIVE, outlineTwice, POSITIVE } from './drawing';
import { LEAST_EDGE_SCREEN_PX, type Draft } from './tools';
import { toScreen, type Viewport } from './viewport';

/** Of a handle that is not chosen: what lies under it shows. */
const INSIDE = 'rgba(255, 255, 255, 0.25)';

type Context = Konva.Context;
type DraftOf<Kind extends Draft['kind']> = Extract<Draft, { kind: Kind }>;

/** Screen coordinates: what a tool has begun. */
export function drawDraft(context: Context, draft: Draft, viewport: Viewport): void {
  if (draft.kind === 'brush') {
    const { x, y } = toScreen(viewport, draft);
    circle(context, x, y, draft.radiusPx * viewport.scale, LIGHT);
  } else if (draft.kind === 'box') {
    const from = toScreen(viewport, { x: draft.x0, y: draft.y0 });
    drawBox(context, from, toScreen(viewport, { x: draft.x1, y: draft.y1 }), true);
  } else if (draft.kind === 'polygon') drawPolygon(context, draft, viewport);
  else if (draft.kind === 'outline') drawOutline(context, draft, viewport);
  else if (draft.kind === 'vertices') drawVertices(context, draft, viewport);
  else if (draft.kind === 'scribble') drawScribble(context, draft, viewport);
}

function drawPolygon(context: Context, draft: DraftOf<'polygon'>, viewport: Viewport): void {
  const { vertices, closing } = draft;
  const corners = [];
  for (let k = 0; k < vertices.length; k += 2) {
    corners.push(toScreen(viewport, { x: vertices[k] as number, y: vertices[k + 1] as number }));
  }
  const [first] = corners;
  if (!first) return;
  context.beginPath();
  context.moveTo(first.x, first.y);
  for (const { x, y } of corners.slice(1)) context.lineTo(x, y);
  const end = closing ? first : toScreen(viewport, draft);
  context.lineTo(end.x, end.y);
  outlineTwice(context, 1.5);
  for (const [index, { x, y }] of corners.entries()) {
    circle(context, x, y, index === 0 && closing ? 6 : 3, LIGHT);
  }
}

/** The points it will be, on the line; a line that takes away is dashed. */
function drawScribble(context: Context, { path, points, positive }: DraftOf<'scribble'>, viewport: Viewport): void {
  context.setLineDash(positive ? [] : [8, 5]);
  tracePath(context, path, viewport);
  outlineTwice(context, 2.5, positive ? POSITIVE : NEGATIVE);
  context.setLineDash([]);
  for (const point of points) {
    const { x, y } = toScreen(viewport, point);
    drawPoint(context, x, y, positive);
  }
}

/** What takes away is red and dashed; the line that would close it is dotted. */
function drawOutline(context: Context, draft: DraftOf<'outline'>, viewport: Viewport): void {
  const { path, anchors, mode, closing } = draft;
  const colour = mode === 'add' ? LIGHT : NEGATIVE;
  context.setLineDash(mode === 'add' ? [] : [8, 5]);
  tracePath(context, path, viewport);
  outlineTwice(context, mode === 'add' ? 1.5 : 2.5, colour);
  context.setLineDash([2, 4]);
  if (closing) {
    tracePath(context, [...path.slice(-2), ...path.slice(0, 2)], viewport);
    outlineTwice(context, 1, colour);
  }
  context.setLineDash([]);
  for (let k = 0; k < anchors.length; k += 2) {
    const { x, y } = toScreen(viewport, { x: anchors[k] as number, y: anchors[k + 1] as number });
    circle(context, x, y, 3, colour);
  }
}

/** Squares are vertices, filled the chosen one; small discs are middles of edges, where another can be made. */
function drawVertices(context: Context, { rings, chosen }: DraftOf<'vertices'>, viewport: Viewport): void {
  for (const [index, { held }] of rings.entries()) {
    const corners = held.vertices.map((_, k) => toScreen(viewport, vertexAt(held, k)));
    context.beginPath();
    for (const { x, y } of corners) context.lineTo(x, y);
    context.closePath();
    outlineTwice(context, 1);
    for (const [k, corner] of corners.entries()) {
      const next = corners[(k + 1) % corners.length] ?? corner;
      if (Math.hypot(next.x - corner.x, next.y - corner.y) >= LEAST_EDGE_SCREEN_PX) {
        circle(context, (corner.x + next.x) / 2, (corner.y + next.y) / 2, 2.5, LIGHT);
      }
      context.beginPath();
      context.rect(corner.x - 3.5, corner.y - 3.5, 7, 7);
      context.setAttr('fillStyle', chosen?.ring === index && chosen.vertex === k ? POSITIVE : INSIDE);
      context.fill();
      outlineTwice(context, 1.25);
    }
  }
}

/** @param path `[x0, y0, x1, y1, ...]` in image pixels */
function tracePath(context: Context, path: readonly number[], viewport: Viewport): void {
  context.beginPath();
  for (let k = 0; k < path.length; k += 2) {
    const { x, y } = toScreen(viewport, { x: path[k] as number, y: path[k + 1] as number });
    if (k === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
}
