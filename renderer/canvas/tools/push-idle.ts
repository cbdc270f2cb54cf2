/**
 * Push: a disc that moves the outline of the chosen mask. Pressed inside it pushes outwards (adds what it sweeps), pressed
 * outside it pushes inwards (takes that away). It has the brush's size, or less where it would touch the outline already:
 * so pressing changes nothing, moving does.
 */
import { roomAround } from '../../../shared/mask';
import type { BrushMode } from '../../editor';
import { brushPainting } from './brush-painting';
import type { Draft, ToolHost, ToolState } from './tool-state';

/** Pressed on the outline itself, something must be pushed with. */
const LEAST_RADIUS_PX = 2;

interface Place {
  readonly x: number;
  readonly y: number;
}

export function pushIdle(host: ToolHost, at: Place | null = null): ToolState {
  const state: ToolState = {
    get draft(): Draft | null {
      return at && { kind: 'brush', x: at.x, y: at.y, radiusPx: discAt(host, at).radiusPx };
    },
    busy: false,
    onPointerMove: (pointer) => pushIdle(host, pointer),
    onPointerLeave: () => pushIdle(host),
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      const { mode, radiusPx } = discAt(host, pointer);
      const begun = host.editor.beginStroke(mode, radiusPx, pointer.x, pointer.y, pointer.pressure);
      return begun ? brushPainting(host, (to) => pushIdle(host, to), pointer) : state;
    },
  };
  return state;
}

function discAt(host: ToolHost, at: Place): { readonly mode: BrushMode; readonly radiusPx: number } {
  const brushPx = host.brushRadiusPx();
  const pixels = host.editor.selection.existingTarget()?.pixels;
  if (!pixels) return { mode: 'eraser', radiusPx: brushPx };
  const { inside, radiusPx } = roomAround(pixels, at, brushPx);
  // A disc touches the centres at its very edge too.
  const fits = radiusPx < brushPx ? radiusPx * (1 - 1e-9) : brushPx;
  return { mode: inside ? 'brush' : 'eraser', radiusPx: Math.max(fits, Math.min(brushPx, LEAST_RADIUS_PX)) };
}
