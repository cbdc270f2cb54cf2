/** Many masks in one image of numbers: in layers that lose nothing, or in one in which the smaller mask keeps the pixel. */
import type { Mask } from '../../shared/mask';

interface Valued {
  readonly mask: Mask;
  readonly areaPx: number;
  /** 1 to 255. */
  readonly value: number;
}

/** One value a pixel, 0 where there is no mask; 8 bit. */
export type LabelMap = Uint8Array<ArrayBuffer>;

/**
 * As few maps as it takes: a mask goes to the first one in which none of its pixels has another value. One, empty, where
 * there are no masks.
 */
export function layeredMaps(masks: readonly Valued[], pixels: number): LabelMap[] {
  const layers: LabelMap[] = [new Uint8Array(pixels)];
  for (const { mask, value } of masks) {
    let layer = layers.find((each) => isFree(each, mask, value));
    if (!layer) layers.push((layer = new Uint8Array(pixels)));
    paint(layer, mask, value);
  }
  return layers;
}

/**
 * One map: where masks of different values overlap the one with fewer pixels keeps them.
 *
 * @returns the masks that lost pixels, too
 */
export function flatMap<T extends Valued>(masks: readonly T[], pixels: number): { map: LabelMap; cut: readonly T[] } {
  const map: LabelMap = new Uint8Array(pixels);
  const sorted = [...masks].sort((a, b) => b.areaPx - a.areaPx);
  for (const { mask, value } of sorted) paint(map, mask, value);
  const cut = masks.filter(({ mask, value }) => mask.data.some((set, i) => set === 1 && map[i] !== value));
  return { map, cut };
}

function isFree(layer: LabelMap, mask: Mask, value: number): boolean {
  return !mask.data.some((set, i) => set === 1 && layer[i] !== 0 && layer[i] !== value);
}

function paint(map: LabelMap, { data }: Mask, value: number): void {
  for (let i = 0; i < data.length; i++) if (data[i] === 1) map[i] = value;
}
