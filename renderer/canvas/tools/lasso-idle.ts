/** Lasso, nothing begun: pressing begins an outline that adds what it goes around, or with Alt takes it away. */
import { lassoDrawing } from './lasso-drawing';
import type { ToolHost, ToolState } from './tool-state';

export function lassoIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      return lassoDrawing(host, pointer.alt ? 'remove' : 'add', [pointer.x, pointer.y]);
    },
  };
  return state;
}
