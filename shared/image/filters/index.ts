/** Filters that make an image easier to look at. For viewing alone: no mask, measurement, export or model is made from it. */
import type { GrayImage } from '../gray-image';
import { clahe } from './clahe';
import { lee } from './lee';
import { median } from './median';
import { srad } from './srad';

export const FILTERS = ['none', 'clahe', 'lee', 'srad', 'median'] as const;
export type Filter = (typeof FILTERS)[number];

const BY_NAME: Readonly<Record<Exclude<Filter, 'none'>, (image: GrayImage) => Uint8Array>> = {
  clahe,
  lee,
  srad,
  median,
};

/** The samples as the filter makes them, row by row, in memory of their own; `none` gives a copy. */
export function filterSamples(image: GrayImage, filter: Filter): Uint8Array {
  return filter === 'none' ? image.data.slice() : BY_NAME[filter](image);
}
