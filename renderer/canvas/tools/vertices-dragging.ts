/** A vertex, or a new one from the middle of an edge, follows the pointer; letting go changes the mask. */
import { withVertexAfter, withVertexAt } from '../../../shared/path';
import type { HeldRing } from '../../editor';
import { placeOn } from './measure-drawing';
import type { ToolHost, ToolPointer, ToolState } from './tool-state';
import { verticesIdle, type Grip } from './vertices-idle';

interface Dragged extends Grip {
  readonly rings: readonly HeldRing[];
  /** Where it was pressed: a click moves nothing. */
  readonly from: ToolPointer;
}

export function verticesDragging(host: ToolHost, dragged: Dragged, at: ToolPointer): ToolState {
  const { rings, ring, vertex, isMiddle, from } = dragged;
  const edited = rings[ring];
  if (!edited) return verticesIdle(host);
  const isMoved = Math.hypot(at.x - from.x, at.y - from.y) >= from.imagePxPerScreenPx;
  const held = !isMoved
    ? edited.held
    : (isMiddle ? withVertexAfter : withVertexAt)(edited.held, vertex, placeOn(host, at));
  const now = rings.with(ring, { ...edited, held });
  const chosen = isMoved ? held.vertices.length - 1 : vertex;
  return {
    draft: { kind: 'vertices', rings: now, chosen: { ring, vertex: chosen } },
    busy: true,
    onPointerMove: (pointer) => verticesDragging(host, dragged, pointer),
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return verticesDragging(host, dragged, at);
      const { vertices } = host.editor;
      if (isMoved) vertices.reshape(host.outlineTolerancePx(), ring, held, rings);
      const left = vertices.rings(host.outlineTolerancePx());
      const isThere = left[ring]?.held === held && !(isMiddle && !isMoved);
      return verticesIdle(host, isThere ? { rings: left, ring, vertex: chosen } : null);
    },
    onCancel: () => verticesIdle(host),
    onRemoveLast: () => verticesIdle(host),
  };
}
