/** Brush, eraser or push, button down: every position of the pointer is joined to the one before. */
import type { ToolHost, ToolState } from './tool-state';

interface Place {
  readonly x: number;
  readonly y: number;
}

/** @param idle the state once the stroke is over, the pointer at a place */
export function brushPainting(host: ToolHost, idle: (at: Place) => ToolState, at: Place): ToolState {
  const { editor } = host;
  const cancel = (): ToolState => {
    editor.cancelStroke();
    return idle(at);
  };
  return {
    draft: { kind: 'brush', x: at.x, y: at.y, radiusPx: editor.stroke?.radiusPx ?? host.brushRadiusPx() },
    busy: true,
    onPointerMove(pointer) {
      // The frame was changed, or undo pressed, while the button was down: the stroke is over.
      if (editor.stroke === null) return idle(pointer);
      editor.stroke.extend(pointer.x, pointer.y, pointer.pressure);
      return brushPainting(host, idle, pointer);
    },
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return brushPainting(host, idle, at);
      // A pen that leaves presses no more: its last movement ended where it was.
      if (editor.stroke?.isFull) editor.stroke.extend(pointer.x, pointer.y);
      editor.endStroke();
      return idle(pointer);
    },
    onCancel: cancel,
    onRemoveLast: cancel,
    onLeave: () => void editor.endStroke(),
  };
}
