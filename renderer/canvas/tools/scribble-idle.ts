/** Scribble: a stroke with the left button adds what lies under it, with the right one (or Alt) takes it away. */
import { isPositive } from './point-idle';
import { scribbleDrawing } from './scribble-drawing';
import type { ToolHost, ToolState } from './tool-state';

export function scribbleIdle(host: ToolHost): ToolState {
  return {
    draft: null,
    busy: false,
    usesRightButton: true,
    onPointerDown: (pointer) => scribbleDrawing(host, isPositive(pointer), [pointer.x, pointer.y]),
  };
}
