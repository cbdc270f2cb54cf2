/** One handle of a measurement follows the pointer; letting go keeps it. */
import type { Measurement } from '../../../shared/domain';
import { placeOn } from './measure-drawing';
import { measureIdle } from './measure-idle';
import { withHandleAt } from './measured-handles';
import type { ToolHost, ToolState } from './tool-state';

export interface Held {
  /** Among the frame's measurements. */
  readonly index: number;
  readonly handle: number;
  readonly measured: Measurement;
}

export function measureAdjusting(host: ToolHost, kind: Measurement['kind'], held: Held): ToolState {
  const { index, handle, measured } = held;
  return {
    draft: { kind: 'measurement', measured, replaces: index },
    busy: true,
    onPointerMove(pointer) {
      return measureAdjusting(host, kind, {
        ...held,
        measured: withHandleAt(measured, handle, placeOn(host, pointer)),
      });
    },
    onPointerUp(pointer) {
      if (pointer.button !== 'left') return measureAdjusting(host, kind, held);
      const before = host.editor.document?.measurements ?? [];
      if (before[index] !== measured) host.editor.setMeasurements(before.with(index, measured));
      return measureIdle(host, kind);
    },
    onCancel: () => measureIdle(host, kind),
  };
}
