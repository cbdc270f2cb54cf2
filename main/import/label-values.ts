/** Label maps taken apart: what their numbers mean, and a mask for each. */
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { shortText } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { isInside } from '../study';
import type { FoundMask, MaskFile, Reading } from './found-mask';
import { readJson } from './mask-files';

/** labels.json, as SonoMask writes it. */
const valueList = z.array(z.object({ value: z.int().min(0).max(65_535), name: shortText })).max(70_000);
/** dataset.json of nnU-Net; regions (lists of values) are not label numbers. */
const nnunetLabels = z.object({ labels: z.record(shortText, z.union([z.int(), z.unknown()])) });

export type LabelValues = ReadonlyMap<number, string>;

/** From the nearest labels.json or dataset.json at or above the file; none where there is none, or it is broken. */
export async function labelValues({ path, root }: MaskFile): Promise<LabelValues> {
  for (let folder = dirname(path); isInside(folder, root); folder = dirname(folder)) {
    for (const name of ['labels.json', 'dataset.json']) {
      const values = valuesOf(await readJson({ root, path: join(folder, name) }).catch(() => undefined));
      if (values) return values;
    }
    if (folder === dirname(folder)) break;
  }
  return new Map();
}

function valuesOf(json: unknown): LabelValues | undefined {
  const list = valueList.safeParse(json);
  if (list.success) return new Map(list.data.map(({ value, name }) => [value, name]));
  const nnunet = nnunetLabels.safeParse(json);
  if (!nnunet.success) return undefined;
  const entries = Object.entries(nnunet.data.labels);
  return new Map(entries.flatMap(([name, value]) => (typeof value === 'number' ? [[value, name]] : [])));
}

/** More different numbers than that in an image are grey values, not labels. */
const MOST_VALUES = 64;

interface LabelImage {
  readonly widthPx: number;
  readonly heightPx: number;
  /** Any numbers, one a pixel; 0 is background. */
  readonly data: ArrayLike<number>;
}

/**
 * A mask for each number of the image. One number alone, whatever it is, is a mask without a name, if nobody names it.
 *
 * @param about what all of them have in common
 * @throws AppError `format-corrupt` for an image of grey values
 */
export function masksOfValues(
  file: MaskFile,
  { widthPx, heightPx, data }: LabelImage,
  names: LabelValues,
  about: Pick<FoundMask, 'image' | 'frameIndex' | 'imagePath'>,
  { fallback }: Pick<Reading, 'fallback'>,
): FoundMask[] {
  const values = new Set<number>();
  // Neighbours are mostly alike.
  for (let i = 0, last = 0; i < data.length && values.size <= MOST_VALUES; i++) {
    const value = data[i] as number;
    if (value !== last) values.add((last = value));
  }
  values.delete(0);
  if (values.size > MOST_VALUES) {
    throw new AppError('format-corrupt', file.path, `${file.path}: grey values, not a mask`);
  }
  return [...values]
    .sort((a, b) => a - b)
    .map((value): FoundMask => {
      const unnamed = values.size === 1 ? null : `${fallback} ${value}`;
      return {
        ...about,
        size: [widthPx, heightPx],
        label: names.get(value) ?? unnamed,
        draw: () => ({ widthPx, heightPx, data: Uint8Array.from(data, (each) => (each === value ? 1 : 0)) }),
      };
    });
}
