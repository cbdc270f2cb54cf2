/** An ellipse whose first axis is drawn: the other follows the pointer until a click. */
import type { EllipseMeasurement } from '../../../shared/domain';
import { measureIdle } from './measure-idle';
import { widened } from './measured-handles';
import type { ToolHost, ToolState } from './tool-state';

export function measureWidening(host: ToolHost, measured: EllipseMeasurement): ToolState {
  const state: ToolState = {
    draft: { kind: 'measurement', measured, replaces: null },
    busy: true,
    onPointerMove: (pointer) => measureWidening(host, widened(measured, pointer)),
    onPointerDown(pointer) {
      if (pointer.button !== 'left') return state;
      const before = host.editor.document?.measurements ?? [];
      const ellipse = widened(measured, pointer);
      if (ellipse.asidePx > 0) host.editor.setMeasurements([...before, ellipse]);
      return measureIdle(host, 'ellipse');
    },
    onCancel: () => measureIdle(host, 'ellipse'),
    onRemoveLast: () => measureIdle(host, 'ellipse'),
  };
  return state;
}
