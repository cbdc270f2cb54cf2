/**
 * Magnetic contour, some anchors set: the line follows the image's edges from the last one to the pointer. A click sets
 * another; Enter, a double click or a click on the first closes it; Backspace and undo take the last one back, redo puts
 * it there again; Esc throws all away.
 */
import type { GrayImage } from '../../../shared/image';
import { LiveWire, type Place } from '../../../shared/path';
import { livewireIdle } from './livewire-idle';
import { placeOn } from './measure-drawing';
import type { ToolHost, ToolPointer, ToolState } from './tool-state';

interface Traced {
  readonly image: GrayImage;
  readonly mode: 'add' | 'remove';
  /** Never empty. */
  readonly anchors: readonly Place[];
  /** The line from each anchor to the next: `[x0, y0, x1, y1, ...]`. */
  readonly settled: readonly (readonly number[])[];
  /** Anchors taken back, the last one first in line to return. */
  readonly removed: readonly Place[];
}

type Near = Pick<ToolPointer, 'x' | 'y' | 'imagePxPerScreenPx'>;

const CLOSING_DISTANCE_SCREEN_PX = 8;

/** @param wire from the last anchor, where it is known already */
export function livewireTracing(host: ToolHost, traced: Traced, at: Near, wire = wireOf(traced)): ToolState {
  const { anchors, settled, removed, mode } = traced;
  const first = anchors[0] ?? wire.anchor;
  const distance = (pointer: Near, { x, y }: Place): number =>
    Math.hypot(pointer.x - x, pointer.y - y) / pointer.imagePxPerScreenPx;
  const closes = (pointer: Near): boolean =>
    anchors.length > 1 && distance(pointer, first) <= CLOSING_DISTANCE_SCREEN_PX;
  const line = wire.to(closes(at) ? first : placeOn(host, at));

  function anchorAt(place: Place, left: readonly Place[], pointer: Near): ToolState {
    // The second press of a double click sets no second anchor in the same place.
    if (distance(pointer, wire.anchor) < 1) return livewireTracing(host, traced, pointer, wire);
    const more = { anchors: [...anchors, place], settled: [...settled, wire.to(place)], removed: left };
    return livewireTracing(host, { ...traced, ...more }, pointer);
  }

  function complete(): ToolState {
    if (anchors.length < 2) return livewireTracing(host, traced, at, wire);
    host.editor.polygon([...settled.flat(), ...wire.to(first)], mode);
    return livewireIdle(host);
  }

  return {
    draft: {
      ...{ kind: 'outline', mode, closing: false },
      path: [...settled.flat(), ...line],
      anchors: anchors.flatMap(({ x, y }) => [x, y]),
    },
    busy: true,
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return livewireTracing(host, traced, pointer, wire);
      return closes(pointer) ? complete() : anchorAt(placeOn(host, pointer), [], pointer);
    },
    onPointerMove: (pointer) => livewireTracing(host, traced, pointer, wire),
    onDoubleClick: complete,
    onComplete: complete,
    onRemoveLast() {
      if (anchors.length === 1) return livewireIdle(host);
      const fewer = { anchors: anchors.slice(0, -1), settled: settled.slice(0, -1) };
      return livewireTracing(host, { ...traced, ...fewer, removed: [...removed, wire.anchor] }, at);
    },
    onRestoreLast() {
      const last = removed.at(-1);
      if (!last) return livewireTracing(host, traced, at, wire);
      return anchorAt(last, removed.slice(0, -1), { ...at, ...last });
    },
    onCancel: () => livewireIdle(host),
  };
}

function wireOf({ image, anchors }: Traced): LiveWire {
  return new LiveWire(image, anchors.at(-1) ?? { x: 0, y: 0 });
}
