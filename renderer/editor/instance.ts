/**
 * One instance of a label on the open frame: which mask of the project it is, its settled state, and what is on screen
 * of it. Changed only by its `FrameDocument`.
 */
import { emptyMask, type BoundingBox, type Mask } from '../../shared/mask';
import { pixelsOf, type FrameSize, type Snapshot } from './snapshot';

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
  #pixels: Mask | null = null;
  #pixelsAre: string | null = null;

  /** @param key of this instance in this session, from its first moment on; `maskId` comes later */
  constructor(
    readonly key: number,
    readonly labelId: number,
    private readonly size: FrameSize,
  ) {}

  /** What is on screen; a brush stroke under way is painted into it. Made from run lengths when first looked at. */
  get pixels(): Mask {
    const counts = this.shown?.counts ?? null;
    if (this.#pixels === null || this.#pixelsAre !== counts) {
      this.#pixels = this.shown ? pixelsOf(this.shown, this.size) : this.emptyPixels();
      this.#pixelsAre = counts;
    }
    return this.#pixels;
  }

  /** Saves the decoding where the pixels of a snapshot are at hand. */
  knowPixels(snapshot: Snapshot, pixels: Mask): void {
    this.#pixels = pixels;
    this.#pixelsAre = snapshot.counts;
  }

  emptyPixels(): Mask {
    return emptyMask(this.size.widthPx, this.size.heightPx);
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
