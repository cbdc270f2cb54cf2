/**
 * Which pixels a brush may touch: those of a range of grey levels, and those inside or outside other labels' masks. Asked
 * for the window around each piece of a stroke; the whole image is never looked at. Not the choice itself (`stores`).
 */
import type { GrayImage } from '../../shared/image';
import type { BoundingBox, Crop } from '../../shared/mask';
import type { Instance } from './instance';

export interface BrushRules {
  /** Grey levels of the stored image, 0 to 255, both ends included; null: all. */
  readonly range: { readonly low: number; readonly high: number } | null;
  /** `outside`: nowhere over masks of other labels; a label's id: only inside its masks. */
  readonly where: 'anywhere' | 'outside' | { readonly inside: number };
}

export const FREE_BRUSH: BrushRules = { range: null, where: 'anywhere' };

export interface BrushLimit {
  /** @returns for a pixel of the window, by its place in the mask's data, whether it may be touched */
  within(window: BoundingBox): (at: number) => boolean;
}

/**
 * @param live all masks of the frame
 * @param labelId of what is painted
 * @param grey the frame's stored samples; null where they are not known: then a range allows nothing
 * @returns null where everything may be touched; `nowhere` where the label it is to stay inside has no mask
 */
export function brushLimit(
  { range, where }: BrushRules,
  live: readonly Instance[],
  labelId: number,
  grey: GrayImage | null,
): BrushLimit | null | 'nowhere' {
  if (range === null && where === 'anywhere') return null;
  const counts = (instance: Instance): boolean =>
    typeof where === 'object' ? instance.labelId === where.inside : instance.labelId !== labelId;
  // As they are when the stroke begins.
  const regions = where === 'anywhere' ? [] : live.filter(counts).flatMap(({ crop }) => crop ?? []);
  const widthPx = live[0]?.size.widthPx ?? 1;
  if (typeof where === 'object' && regions.length === 0) return 'nowhere';
  const inRange = (at: number): boolean => {
    if (range === null) return true;
    const sample = grey?.data[at] ?? -1;
    return sample >= range.low && sample <= range.high;
  };
  return {
    within(window) {
      const near = regions.filter(({ box }) => overlap(box, window));
      const covered = (at: number): boolean => near.some((crop) => isSet(crop, at % widthPx, Math.floor(at / widthPx)));
      if (where === 'anywhere') return inRange;
      return (at) => inRange(at) && covered(at) === (typeof where === 'object');
    },
  };
}

function isSet({ box: [left, top, width, height], mask }: Crop, x: number, y: number): boolean {
  const [column, row] = [x - left, y - top];
  return column >= 0 && row >= 0 && column < width && row < height && mask.data[row * width + column] === 1;
}

function overlap([ax, ay, aw, ah]: BoundingBox, [bx, by, bw, bh]: BoundingBox): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}
