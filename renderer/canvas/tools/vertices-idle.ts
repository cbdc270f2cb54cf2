/**
 * Vertices of the chosen mask, button up: a press on one or on the middle of an edge begins to drag, with Alt a press on
 * one takes it out; Delete takes out the one that was pressed last. A press elsewhere chooses the mask there.
 */
import { vertexAt, withoutVertex } from '../../../shared/path';
import type { HeldRing } from '../../editor';
import type { ToolHost, ToolPointer, ToolState } from './tool-state';
import { verticesDragging } from './vertices-dragging';

/** A vertex, by its ring and its number there, of rings as they were then. */
export interface ChosenVertex {
  readonly rings: readonly HeldRing[];
  readonly ring: number;
  readonly vertex: number;
}

const GRIP_SCREEN_PX = 8;
/** On a shorter edge the middle would lie under the hand that means an end. */
export const LEAST_EDGE_SCREEN_PX = 28;

export function verticesIdle(host: ToolHost, chosen: ChosenVertex | null = null): ToolState {
  const rings = (): readonly HeldRing[] => host.editor.vertices.rings(host.outlineTolerancePx());
  /** Undo, or another act, may have made other rings of it. */
  const stillChosen = (): ChosenVertex | null => (chosen?.rings === rings() ? chosen : null);
  function takeOut({ ring, vertex }: Omit<ChosenVertex, 'rings'>): ToolState {
    const held = rings()[ring]?.held;
    const fewer = held && withoutVertex(held, vertex);
    if (fewer) host.editor.vertices.reshape(host.outlineTolerancePx(), ring, fewer);
    return verticesIdle(host);
  }
  const state: ToolState = {
    get draft() {
      return { kind: 'vertices', rings: rings(), chosen: stillChosen() } as const;
    },
    busy: false,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      const grip = gripAt(rings(), pointer);
      if (grip && pointer.alt) return grip.isMiddle ? state : takeOut(grip);
      if (grip) return verticesDragging(host, { ...grip, rings: rings(), from: pointer }, pointer);
      host.editor.selection.selectAt(pointer.x, pointer.y);
      return verticesIdle(host);
    },
    ...(chosen && {
      onDelete() {
        const still = stillChosen();
        return still ? takeOut(still) : verticesIdle(host);
      },
    }),
  };
  return state;
}

/** What the pointer has hold of. */
export interface Grip extends Omit<ChosenVertex, 'rings'> {
  /** Of the edge from that vertex to the next. */
  readonly isMiddle: boolean;
}

/** The nearest vertex within reach, else the nearest middle of an edge. */
function gripAt(rings: readonly HeldRing[], pointer: ToolPointer): Grip | null {
  const scale = pointer.imagePxPerScreenPx;
  let best: Grip | null = null;
  for (const isMiddle of [false, true]) {
    let least = GRIP_SCREEN_PX * scale;
    rings.forEach(({ held }, ring) => {
      held.vertices.forEach((_, vertex) => {
        const [a, b] = [vertexAt(held, vertex), vertexAt(held, vertex + 1)];
        if (isMiddle && Math.hypot(b.x - a.x, b.y - a.y) < LEAST_EDGE_SCREEN_PX * scale) return;
        const at = isMiddle ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : a;
        const away = Math.hypot(at.x - pointer.x, at.y - pointer.y);
        if (away > least) return;
        least = away;
        best = { ring, vertex, isMiddle };
      });
    });
    if (best) return best;
  }
  return null;
}
