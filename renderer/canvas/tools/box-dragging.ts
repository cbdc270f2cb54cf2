/** Box prompt, one corner set: the other follows the pointer; letting go sets the box, cut to the image. */
import { boxIdle } from './box-idle';
import type { ToolHost, ToolState } from './tool-state';

interface Corner {
  readonly x: number;
  readonly y: number;
}

/** A box thinner than this on either side was a click by mistake. */
const LEAST_SIDE_PX = 2;

export function boxDragging(host: ToolHost, from: Corner, to: Corner): ToolState {
  const box = {
    x0: Math.min(from.x, to.x),
    y0: Math.min(from.y, to.y),
    x1: Math.max(from.x, to.x),
    y1: Math.max(from.y, to.y),
  };
  return {
    draft: { kind: 'box', ...box },
    busy: true,
    onPointerMove: (pointer) => boxDragging(host, from, pointer),
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return boxDragging(host, from, pointer);
      const frame = host.editor.document?.frame;
      if (!frame) return boxIdle(host);
      const cut = (value: number, size: number): number => Math.round(Math.min(Math.max(value, 0), size) * 100) / 100;
      const [x0, x1] = [cut(box.x0, frame.widthPx), cut(box.x1, frame.widthPx)];
      const [y0, y1] = [cut(box.y0, frame.heightPx), cut(box.y1, frame.heightPx)];
      if (x1 - x0 >= LEAST_SIDE_PX && y1 - y0 >= LEAST_SIDE_PX) host.editor.setBox({ x0, y0, x1, y1 });
      return boxIdle(host);
    },
    onCancel: () => boxIdle(host),
  };
}
