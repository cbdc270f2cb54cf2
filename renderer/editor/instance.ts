/**
 * One instance of a label on the open frame: which mask of the project it is, its settled state, and what is on screen
 * of it. Changed only by its `FrameDocument`.
 */
import { cropped, emptyMask, type BoundingBox, type Crop, type Mask } from '../../shared/mask';
import { cropOf, pixelsOf, type FrameSize, type Snapshot } from './snapshot';

export class Instance {
  /** Null until its first save was acknowledged. */
  maskId: number | null = null;
  /** The stored revision the next save replaces. */
  revisionId: number | null = null;
  /** Null before it was made, or after its making was undone. */
  settled: Snapshot | null = null;
  /** `settled` and what still waits for the decoder: clicks show at once, their pixels follow. */
  shown: Snapshot | null = null;
  /** A click waits for the decoder or for the frame's embedding. */
  pending = false;
  /** A stroke is being painted into its pixels, which `shown` does not have yet. */
  painting = false;
  #pixels: Mask | null = null;
  #pixelsAre: string | null = null;

  /** @param key of this instance in this session, from its first moment on; `maskId` comes later */
  constructor(
    readonly key: number,
    readonly labelId: number,
    readonly size: FrameSize,
  ) {}

  /**
   * What is on screen, at the frame's size; a brush stroke under way is painted into it. Made from run lengths when first
   * looked at, and kept while the instance is the active one: of all others, look at `crop`.
   */
  get pixels(): Mask {
    this.#pixels = this.#known ?? (this.shown ? pixelsOf(this.shown, this.size) : this.emptyPixels());
    this.#pixelsAre = this.shown?.counts ?? null;
    return this.#pixels;
  }

  /** The same inside its bounding box, made anew with every look; null where nothing is set. */
  get crop(): Crop | null {
    if (this.#known) return cropped(this.#known);
    return this.shown && cropOf(this.shown, this.size);
  }

  get #known(): Mask | null {
    return this.#pixelsAre === (this.shown?.counts ?? null) ? this.#pixels : null;
  }

  /** Saves the decoding where the pixels of a snapshot are at hand. */
  knowPixels(snapshot: Snapshot, pixels: Mask): void {
    this.#pixels = pixels;
    this.#pixelsAre = snapshot.counts;
  }

  emptyPixels(): Mask {
    return emptyMask(this.size.widthPx, this.size.heightPx);
  }

  /** It is not the active one any more: a frame may have hundreds, and the pixels of each are as many as the frame's. */
  letGo(): void {
    if (!this.painting) this.forgetPixels();
  }

  /** Undoes what a stroke painted; also frees the memory. */
  forgetPixels(): void {
    this.#pixels = null;
    this.#pixelsAre = null;
  }
}

/** Pixels of an instance changed: in `box`, or anywhere where it is null. */
export interface PixelNews {
  readonly instance: Instance;
  readonly box: BoundingBox | null;
}
