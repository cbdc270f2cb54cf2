/** A frame as it is shown: its grey, and its colours where it has any. Models and masks know the grey alone. */
import type { GrayImage } from './gray-image';

export interface ColourImage extends GrayImage {
  /** Interleaved, three bytes a pixel; absent where every pixel is grey. `data` is its luma. */
  readonly rgb?: Uint8Array;
}
