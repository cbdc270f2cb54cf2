/** Caliper or ellipse, button up: a press on an end of what is there moves it, a press elsewhere begins another. */
import type { Measurement } from '../../../shared/domain';
import { measureAdjusting } from './measure-adjusting';
import { measureDrawing } from './measure-drawing';
import { handlesOf } from './measured-handles';
import type { ToolHost, ToolPointer, ToolState } from './tool-state';

const GRIP_SCREEN_PX = 8;

export function measureIdle(host: ToolHost, kind: Measurement['kind']): ToolState {
  const measurements = (): readonly Measurement[] => host.editor.document?.measurements ?? [];
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      const held = heldAt(measurements(), pointer);
      return held ? measureAdjusting(host, kind, held) : measureDrawing(host, kind, pointer, pointer, true);
    },
    /** The newest goes. */
    onDelete() {
      if (measurements().length > 0) host.editor.setMeasurements(measurements().slice(0, -1));
      return state;
    },
  };
  return state;
}

/** The newest measurement with a handle here. */
function heldAt(measurements: readonly Measurement[], pointer: ToolPointer) {
  const reach = GRIP_SCREEN_PX * pointer.imagePxPerScreenPx;
  for (const [index, measured] of [...measurements.entries()].reverse()) {
    const handle = handlesOf(measured).findIndex(({ x, y }) => Math.hypot(x - pointer.x, y - pointer.y) <= reach);
    if (handle >= 0) return { index, handle, measured };
  }
  return null;
}
