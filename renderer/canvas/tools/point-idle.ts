/**
 * Point prompts: left adds what lies under it, right (or Alt) takes it away. The click counts when the button goes down:
 * its mask is wanted as soon as possible. While hovering, the mask that a click would give is previewed.
 */
import type { ToolHost, ToolPointer, ToolState } from './tool-state';

export const isPositive = ({ button, alt }: ToolPointer): boolean => button === 'left' && !alt;

export function pointIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      host.editor.click(pointer.x, pointer.y, isPositive(pointer));
      return state;
    },
    onPointerMove(pointer) {
      host.editor.previewAt(pointer.x, pointer.y, isPositive(pointer));
      return state;
    },
    onPointerLeave() {
      host.editor.hover.hide();
      return state;
    },
    onLeave: () => host.editor.hover.hide(),
  };
  return state;
}
