/** Box prompt, nothing begun. */
import { boxDragging } from './box-dragging';
import type { ToolHost, ToolState } from './tool-state';

export function boxIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      return pointer.button === 'left' ? boxDragging(host, pointer, pointer) : state;
    },
  };
  return state;
}
