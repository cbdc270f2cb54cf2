/** Magnetic contour, no anchor yet: a click sets the first, with Alt of one that takes away. */
import { livewireTracing } from './livewire-tracing';
import { placeOn } from './measure-drawing';
import type { ToolHost, ToolState } from './tool-state';

export function livewireIdle(host: ToolHost): ToolState {
  const state: ToolState = {
    draft: null,
    busy: false,
    onPointerDown(pointer) {
      const image = host.image();
      if (pointer.button !== 'left' || !image) return state;
      const first = placeOn(host, pointer);
      const mode = pointer.alt ? 'remove' : 'add';
      return livewireTracing(host, { image, mode, anchors: [first], settled: [], removed: [] }, pointer);
    },
  };
  return state;
}
