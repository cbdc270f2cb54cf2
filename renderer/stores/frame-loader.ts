/**
 * Frames to be shown: what main knows of them and their samples. Holds those asked for last and those likely to come
 * next, a few, so that memory stays flat.
 */
import type { ColourImage } from '../../shared/image';
import type { OpenedFrame } from '../../shared/ipc';
import { loadFrameImage } from '../canvas';
import { call } from '../ipc';

export interface LoadedFrame {
  readonly opened: OpenedFrame;
  /** Null where there is a problem. */
  readonly image: ColourImage | null;
}

const MOST_HELD = 4;

export class FrameLoader {
  readonly #held = new Map<number, { load: Promise<LoadedFrame>; done: LoadedFrame | null }>();

  /** What is at hand of a frame; may be out of date: `load` tells. */
  atHand(frameId: number): LoadedFrame | null {
    return this.#held.get(frameId)?.done ?? null;
  }

  /** Asks main anew; samples that are at hand and still right are not loaded again. */
  load(frameId: number): Promise<LoadedFrame> {
    const before = this.#held.get(frameId);
    this.#held.delete(frameId);
    const entry: { load: Promise<LoadedFrame>; done: LoadedFrame | null } = {
      load: this.#read(frameId, before?.done ?? null),
      done: before?.done ?? null,
    };
    this.#held.set(frameId, entry);
    for (const old of this.#held.keys()) {
      if (this.#held.size <= MOST_HELD) break;
      this.#held.delete(old);
    }
    entry.load.then(
      (loaded) => (entry.done = loaded),
      () => this.#held.get(frameId) === entry && this.#held.delete(frameId),
    );
    return entry.load;
  }

  /** Loads a frame that is likely to be wanted, and tells its samples. What fails will fail again, and be told, when it is opened. */
  prefetch(frameId: number, ready: (image: ColourImage) => void): void {
    const held = this.#held.get(frameId)?.load ?? this.load(frameId);
    held.then(({ image }) => image && ready(image)).catch(() => undefined);
  }

  clear(): void {
    this.#held.clear();
  }

  async #read(frameId: number, before: LoadedFrame | null): Promise<LoadedFrame> {
    const opened = await call('frames.open', { frameId });
    const { sha256 } = opened.frame;
    if (opened.problem || sha256 === null) return { opened, image: null };
    const known = before?.opened.frame.sha256 === sha256 ? before.image : null;
    return { opened, image: known ?? (await loadFrameImage(frameId, sha256)) };
  }
}
