/**
 * The pixels that the second window is told to show, read by their address. One after the other: of the frames of a loop
 * that came meanwhile the last is the next, so a slow machine shows fewer of them.
 */
import { shallowRef, type ShallowRef } from 'vue';
import type { Filter } from '../../shared/image';
import { loadPixels } from '../canvas/cine-picture';
import { loadFrameImage } from '../canvas/frame-image';
import { ImageCanvas } from '../canvas/image-canvas';
import { ImageFilters } from '../canvas/image-filters';
import type { ShownFrame } from './shown';

export interface Wanted {
  readonly frame: ShownFrame;
  readonly filter: Filter;
}

export interface SecondPicture {
  readonly key: string;
  readonly frame: ShownFrame;
  /** Null: they cannot be read. */
  readonly pixels: ImageBitmap | OffscreenCanvas | null;
  readonly filtered: boolean;
}

/** Tells pictures apart. */
export const keyOf = ({ frame: { frameId, sha256, passing }, filter }: Wanted): string =>
  [frameId, sha256, passing, filter].join(' ');

export class SecondPictures {
  readonly picture: ShallowRef<SecondPicture | null> = shallowRef(null);
  readonly #filters = new ImageFilters();
  #wanted: Wanted | null = null;
  #loading = false;

  async want(wanted: Wanted | null): Promise<void> {
    this.#wanted = wanted;
    if (!wanted) this.#put(null);
    if (this.#loading) return;
    this.#loading = true;
    while (this.#wanted && keyOf(this.#wanted) !== this.picture.value?.key) {
      const next: Wanted = this.#wanted;
      const read = await (next.frame.passing ? this.#passing(next) : this.#still(next)).catch(() => null);
      this.#put({
        key: keyOf(next),
        frame: next.frame,
        pixels: read,
        filtered: read !== null && next.filter !== 'none',
      });
    }
    this.#loading = false;
    if (!this.#wanted) this.#put(null);
  }

  #put(next: SecondPicture | null): void {
    const before = this.picture.value;
    this.picture.value = next;
    // A filtered still is kept by the filters.
    if (before?.frame.passing && before.pixels instanceof ImageBitmap) before.pixels.close();
  }

  async #still({ frame: { frameId, sha256 }, filter }: Wanted): Promise<ImageBitmap | OffscreenCanvas | null> {
    if (sha256 === null) return null;
    const image = await loadFrameImage(frameId, sha256);
    if (filter !== 'none') return this.#filters.frame(image, filter);
    const painter = new ImageCanvas();
    painter.paint(image);
    return painter.canvas;
  }

  /** Null as well where the file has other pixels by now than the first window shows. */
  async #passing({ frame, filter }: Wanted): Promise<ImageBitmap | null> {
    const { pixels, sha256 } = await loadPixels(frame.frameId);
    if (sha256 !== frame.sha256) {
      pixels.close();
      return null;
    }
    return filter === 'none' ? pixels : this.#filters.picture(pixels, filter);
  }
}
