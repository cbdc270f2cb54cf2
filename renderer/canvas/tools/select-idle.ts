/** Select: a click makes the mask under it the active one; a double click resets brightness and contrast. */
import type { ToolHost, ToolState } from './tool-state';

export function selectIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown({ x, y, button }) {
      if (button === 'left') host.editor.selection.selectAt(x, y);
      return state;
    },
    onDoubleClick() {
      host.resetWindowing();
      return state;
    },
  };
  return state;
}
