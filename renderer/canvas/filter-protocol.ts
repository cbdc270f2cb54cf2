/** What the page asks the filter worker and what it answers. */
import type { ColourImage, Filter } from '../../shared/image';

export interface FilterJob {
  readonly id: number;
  readonly filter: Filter;
  /** A frame's samples, or a picture of a loop, which is the worker's from then on. */
  readonly source: ColourImage | ImageBitmap;
}

export interface FilterAnswer {
  readonly id: number;
  /** Of the source's size; null where it could not be made. */
  readonly made: ImageBitmap | null;
}
