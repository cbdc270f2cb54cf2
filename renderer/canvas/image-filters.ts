/**
 * Filtered pictures of frames, made in a worker and kept as long as their frame's samples are. What nobody looks at any
 * more is not made: of the frames that wait only the last few are kept.
 */
import type { ColourImage, Filter } from '../../shared/image';
import type { FilterAnswer, FilterJob } from './filter-protocol';

/** Frames that wait for the worker: the one on screen and its neighbours. */
const MOST_WAITING = 3;

interface Waiting {
  readonly filter: Filter;
  readonly source: ColourImage | ImageBitmap;
  readonly done: (made: ImageBitmap | null) => void;
}

export class ImageFilters {
  readonly #made = new WeakMap<ColourImage, { readonly filter: Filter; readonly made: ImageBitmap }>();
  #worker: Worker | null = null;
  #waiting: Waiting[] = [];
  #running: Waiting | null = null;
  #lastId = 0;

  /** What is at hand; null: not made yet. */
  atHand(image: ColourImage, filter: Filter): ImageBitmap | null {
    const known = this.#made.get(image);
    return known?.filter === filter ? known.made : null;
  }

  /** Null: it was not made, because others were wanted meanwhile or it could not be. */
  async frame(image: ColourImage, filter: Filter): Promise<ImageBitmap | null> {
    const known = this.atHand(image, filter);
    if (known) return known;
    const made = await new Promise<ImageBitmap | null>((done) => {
      this.#waiting.push({ filter, source: image, done });
      const frames = this.#waiting.filter(({ source }) => !(source instanceof ImageBitmap));
      const [oldest] = frames;
      if (oldest && frames.length > MOST_WAITING) this.#drop(oldest);
      this.#next();
    });
    if (made) this.#made.set(image, { filter, made });
    return made;
  }

  /** A picture of a loop; it is used up. */
  picture(source: ImageBitmap, filter: Filter): Promise<ImageBitmap | null> {
    return new Promise((done) => {
      this.#waiting.push({ filter, source, done });
      this.#next();
    });
  }

  #drop(job: Waiting): void {
    this.#waiting = this.#waiting.filter((other) => other !== job);
    job.done(null);
  }

  /** The frame asked for last is the one on screen: it comes first; pictures of a loop come in their order. */
  #next(): void {
    if (this.#running) return;
    const newest = this.#waiting.findLast(({ source }) => !(source instanceof ImageBitmap)) ?? this.#waiting[0];
    if (!newest) return;
    this.#waiting = this.#waiting.filter((other) => other !== newest);
    this.#running = newest;
    this.#worker ??= this.#start();
    const { filter, source } = newest;
    const job: FilterJob = { id: ++this.#lastId, filter, source };
    this.#worker.postMessage(job, source instanceof ImageBitmap ? [source] : []);
  }

  #start(): Worker {
    const worker = new Worker(new URL('./filter.worker.ts', import.meta.url), { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<FilterAnswer>) => {
      if (data.id === this.#lastId) this.#finish(data.made);
    });
    worker.addEventListener('error', () => {
      worker.terminate();
      this.#worker = null;
      this.#finish(null);
    });
    return worker;
  }

  #finish(made: ImageBitmap | null): void {
    const job = this.#running;
    this.#running = null;
    job?.done(made);
    this.#next();
  }
}
