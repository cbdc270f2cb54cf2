/** Brush or eraser, button up: a circle shows what it would touch. */
import type { BrushMode } from '../../editor';
import { brushPainting } from './brush-painting';
import type { Draft, ToolHost, ToolState } from './tool-state';

export function brushIdle(host: ToolHost, mode: BrushMode, at: { x: number; y: number } | null = null): ToolState {
  const state: ToolState = {
    get draft(): Draft | null {
      return at && { kind: 'brush', x: at.x, y: at.y, radiusPx: host.brushRadiusPx() };
    },
    busy: false,
    onPointerMove: (pointer) => brushIdle(host, mode, pointer),
    onPointerLeave: () => brushIdle(host, mode),
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      // Alt turns the brush into the eraser and back, for one stroke.
      const other = mode === 'brush' ? 'eraser' : 'brush';
      const { x, y, pressure } = pointer;
      const begun = host.editor.beginStroke(pointer.alt ? other : mode, host.brushRadiusPx(), x, y, pressure);
      return begun ? brushPainting(host, (to) => brushIdle(host, mode, to), pointer) : state;
    },
  };
  return state;
}
