/**
 * A line from where the pointer was pressed to where it is, ended by letting go, or by a second click after a first one.
 * A caliper is done then; an ellipse gets its other axis next.
 */
import type { Measurement } from '../../../shared/domain';
import { measureIdle } from './measure-idle';
import { measureWidening } from './measure-widening';
import { rounded } from './measured-handles';
import type { ToolHost, ToolState } from './tool-state';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A line shorter than this on the screen was a click: the line's other end comes with the next. */
const CLICK_SCREEN_PX = 4;

/** @param pressed the button is still down from the line's first end */
export function measureDrawing(
  host: ToolHost,
  kind: Measurement['kind'],
  from: Place,
  to: Place,
  pressed: boolean,
): ToolState {
  const [first, second] = [placeOn(host, from), placeOn(host, to)];
  const line = { x0: first.x, y0: first.y, x1: second.x, y1: second.y };
  const measured: Measurement = kind === 'caliper' ? { kind, ...line } : { kind, ...line, asidePx: 0 };
  const isClick = (imagePxPerScreenPx: number): boolean =>
    Math.hypot(second.x - first.x, second.y - first.y) < CLICK_SCREEN_PX * imagePxPerScreenPx;
  const state: ToolState = {
    draft: { kind: 'measurement', measured, replaces: null },
    busy: true,
    onPointerMove: (pointer) => measureDrawing(host, kind, from, pointer, pressed),
    onPointerDown: (pointer) => measureDrawing(host, kind, from, pointer, pointer.button === 'left'),
    onPointerUp(pointer) {
      if (pointer.button !== 'left' || !pressed) return state;
      if (isClick(pointer.imagePxPerScreenPx)) return measureDrawing(host, kind, from, pointer, false);
      if (measured.kind === 'ellipse') return measureWidening(host, measured);
      host.editor.setMeasurements([...(host.editor.document?.measurements ?? []), measured]);
      return measureIdle(host, kind);
    },
    onCancel: () => measureIdle(host, kind),
    onRemoveLast: () => measureIdle(host, kind),
  };
  return state;
}

/** On the image, however far outside the pointer is. */
export function placeOn(host: ToolHost, { x, y }: Place): Place {
  const { widthPx = 0, heightPx = 0 } = host.editor.document?.frame ?? {};
  const cut = (value: number, size: number): number => rounded(Math.min(Math.max(value, 0), size));
  return { x: cut(x, widthPx), y: cut(y, heightPx) };
}
