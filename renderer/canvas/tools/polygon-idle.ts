/** Polygon, no vertex yet. */
import { polygonDrawing } from './polygon-drawing';
import type { ToolHost, ToolState } from './tool-state';

export function polygonIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      const mode = pointer.alt ? 'remove' : 'add';
      return polygonDrawing(host, { mode, vertices: [pointer.x, pointer.y], removed: [] }, pointer);
    },
  };
  return state;
}
