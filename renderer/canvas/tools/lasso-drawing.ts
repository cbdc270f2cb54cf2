/** Lasso, button down: the outline follows the pointer; letting go closes it with a straight line. */
import { extended, type FreehandPath } from './freehand';
import { lassoIdle } from './lasso-idle';
import type { ToolHost, ToolState } from './tool-state';

export function lassoDrawing(host: ToolHost, mode: 'add' | 'remove', path: FreehandPath): ToolState {
  const state: ToolState = {
    draft: { kind: 'outline', mode, path, anchors: [], closing: true },
    busy: true,
    onPointerMove: (pointer) => lassoDrawing(host, mode, extended(path, pointer)),
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return state;
      host.editor.polygon(extended(path, pointer), mode);
      return lassoIdle(host);
    },
    onCancel: () => lassoIdle(host),
    onRemoveLast: () => lassoIdle(host),
  };
  return state;
}
