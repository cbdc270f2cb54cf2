/** Scribble, button down: the stroke follows the pointer; letting go asks for the mask of all its points at once. */
import { pointsOfStroke } from '../../editor';
import { extended, type FreehandPath } from './freehand';
import { scribbleIdle } from './scribble-idle';
import type { ToolHost, ToolState } from './tool-state';

export function scribbleDrawing(host: ToolHost, positive: boolean, path: FreehandPath): ToolState {
  const frame = host.editor.document?.frame;
  return {
    draft: { kind: 'scribble', path, positive, points: frame ? pointsOfStroke(path, positive, frame) : [] },
    busy: true,
    usesRightButton: true,
    onPointerMove: (pointer) => scribbleDrawing(host, positive, extended(path, pointer)),
    onPointerUp(pointer) {
      host.editor.scribble(extended(path, pointer), positive);
      return scribbleIdle(host);
    },
    onCancel: () => scribbleIdle(host),
    onRemoveLast: () => scribbleIdle(host),
  };
}
