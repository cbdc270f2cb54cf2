/** The masks on a frame as the panel lists them. */
import type { MaskState } from '../../shared/domain';
import type { FrameDocument } from '../editor';

export interface InstanceLine {
  /** Of this instance while the program runs. */
  readonly key: number;
  readonly labelId: number;
  readonly state: MaskState;
  readonly areaPx: number;
  /** The model's estimate of IoU, 0 to 1; null for what no model drew. */
  readonly quality: number | null;
  readonly points: number;
  readonly active: boolean;
  /** A click on it waits for its mask. */
  readonly pending: boolean;
}

/** In the order they came; none where no frame is open. */
export function instanceLines(document: FrameDocument | null): InstanceLine[] {
  return (document?.live ?? []).flatMap(({ key, labelId, shown, pending }) => {
    if (!shown) return [];
    const { state, areaPx, quality, prompt } = shown;
    const points = prompt.points.length;
    return [{ key, labelId, state, areaPx, quality, points, pending, active: document?.active?.key === key }];
  });
}
