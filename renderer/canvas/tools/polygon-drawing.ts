/**
 * Polygon, some vertices set: a click adds one; Enter, a double click or a click on the first closes it; Backspace and
 * undo take the last one back, redo puts it there again; Esc throws all away.
 */
import { polygonIdle } from './polygon-idle';
import type { ToolHost, ToolPointer, ToolState } from './tool-state';

interface Drawn {
  readonly mode: 'add' | 'remove';
  /** `[x0, y0, x1, y1, ...]` in image pixels, never empty */
  readonly vertices: readonly number[];
  /** Vertices taken back, the last one first in line to return. */
  readonly removed: readonly (readonly [number, number])[];
}

const CLOSING_DISTANCE_SCREEN_PX = 8;

export function polygonDrawing(
  host: ToolHost,
  drawn: Drawn,
  at: Pick<ToolPointer, 'x' | 'y' | 'imagePxPerScreenPx'>,
): ToolState {
  const { mode, vertices, removed } = drawn;
  const near = (pointer: Pick<ToolPointer, 'x' | 'y' | 'imagePxPerScreenPx'>, index: number): boolean =>
    Math.hypot(pointer.x - (vertices.at(index) ?? NaN), pointer.y - (vertices.at(index + 1) ?? NaN)) <=
    CLOSING_DISTANCE_SCREEN_PX * pointer.imagePxPerScreenPx;
  const closes = (pointer: Parameters<typeof near>[0]): boolean => vertices.length >= 6 && near(pointer, 0);
  const next = (change: Partial<Drawn>, pointer = at): ToolState =>
    polygonDrawing(host, { ...drawn, ...change }, pointer);
  const complete = (): ToolState => {
    if (vertices.length < 6) return next({});
    host.editor.polygon(vertices, mode);
    return polygonIdle(host);
  };
  return {
    draft: { kind: 'polygon', vertices, x: at.x, y: at.y, closing: closes(at) },
    busy: true,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return next({}, pointer);
      if (closes(pointer)) return complete();
      // The second press of a double click sets no second vertex in the same place.
      if (Math.hypot(pointer.x - (vertices.at(-2) ?? NaN), pointer.y - (vertices.at(-1) ?? NaN)) < 1e-6)
        return next({});
      return next({ vertices: [...vertices, pointer.x, pointer.y], removed: [] }, pointer);
    },
    onPointerMove: (pointer) => next({}, pointer),
    onDoubleClick: complete,
    onComplete: complete,
    onRemoveLast() {
      const last = [vertices.at(-2) ?? 0, vertices.at(-1) ?? 0] as const;
      if (vertices.length === 2) return polygonIdle(host);
      return next({ vertices: vertices.slice(0, -2), removed: [...removed, last] });
    },
    onRestoreLast() {
      const last = removed.at(-1);
      return last ? next({ vertices: [...vertices, ...last], removed: removed.slice(0, -1) }) : next({});
    },
    onCancel: () => polygonIdle(host),
  };
}
