/** Brush or eraser, button down: every position of the pointer is joined to the one before. */
import type { BrushMode } from '../../editor';
import { brushIdle } from './brush-idle';
import type { ToolHost, ToolState } from './tool-state';

export function brushPainting(host: ToolHost, mode: BrushMode, at: { x: number; y: number }): ToolState {
  const { editor } = host;
  return {
    draft: { kind: 'brush', x: at.x, y: at.y, radiusPx: editor.stroke?.radiusPx ?? host.brushRadiusPx() },
    busy: true,
    onPointerMove(pointer) {
      // The frame was changed, or undo pressed, while the button was down: the stroke is over.
      if (editor.stroke === null) return brushIdle(host, mode, pointer);
      editor.stroke.extend(pointer.x, pointer.y);
      return brushPainting(host, mode, pointer);
    },
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return brushPainting(host, mode, at);
      editor.endStroke();
      return brushIdle(host, mode, pointer);
    },
    onCancel() {
      editor.cancelStroke();
      return brushIdle(host, mode, at);
    },
    onRemoveLast() {
      editor.cancelStroke();
      return brushIdle(host, mode, at);
    },
    onLeave: () => void editor.endStroke(),
  };
}
