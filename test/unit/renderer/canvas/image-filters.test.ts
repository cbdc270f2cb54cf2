import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FilterJob } from '../../../../renderer/canvas/filter-protocol';
import { ImageFilters } from '../../../../renderer/canvas/image-filters';
import type { ColourImage } from '../../../../shared/image';
import { settle } from '../support';

class FakeBitmap {
  constructor(readonly name: string) {}
}

/** A worker that answers when it is told to. */
class FakeWorker {
  static last: FakeWorker;
  readonly jobs: FilterJob[] = [];
  readonly #listeners = new Map<string, (event: { data?: unknown }) => void>();
  terminated = false;
  constructor() {
    FakeWorker.last = this;
  }
  addEventListener(type: string, listener: (event: { data?: unknown }) => void): void {
    this.#listeners.set(type, listener);
  }
  postMessage(job: FilterJob): void {
    this.jobs.push(job);
  }
  terminate(): void {
    this.terminated = true;
  }
  async answer(name: string): Promise<void> {
    this.#listeners.get('message')!({ data: { id: this.jobs.at(-1)!.id, made: new FakeBitmap(name) } });
    await settle();
  }
  async die(): Promise<void> {
    this.#listeners.get('error')!({});
    await settle();
  }
}

const image = (sample: number): ColourImage => ({ widthPx: 1, heightPx: 1, data: Uint8Array.of(sample) });

beforeEach(() => {
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('ImageBitmap', FakeBitmap);
});
afterEach(() => vi.unstubAllGlobals());

describe('filtered pictures', () => {
  it('are made once a frame and filter', async () => {
    const filters = new ImageFilters();
    const frame = image(1);
    expect(filters.atHand(frame, 'lee')).toBeNull();
    const asked = filters.frame(frame, 'lee');
    await FakeWorker.last.answer('lee');
    expect(await asked).toMatchObject({ name: 'lee' });
    expect(filters.atHand(frame, 'lee')).toMatchObject({ name: 'lee' });
    expect(filters.atHand(frame, 'clahe')).toBeNull();
    expect(await filters.frame(frame, 'lee')).toMatchObject({ name: 'lee' });
    expect(FakeWorker.last.jobs).toHaveLength(1);
  });

  it('that are asked for last come first, and what nobody looks at any more is not made', async () => {
    const filters = new ImageFilters();
    const frames = [1, 2, 3, 4, 5].map(image);
    const asked = frames.map((frame) => filters.frame(frame, 'clahe'));
    expect(await asked[1]).toBeNull();
    for (let k = 0; k < 4; k++) await FakeWorker.last.answer(`job ${k}`);
    expect(FakeWorker.last.jobs.map(({ source }) => frames.indexOf(source as ColourImage))).toEqual([0, 4, 3, 2]);
    expect(await asked[4]).toMatchObject({ name: 'job 1' });
  });

  it('of a loop are never left out, and come in their order', async () => {
    const filters = new ImageFilters();
    const pictures = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => new FakeBitmap(name) as unknown as ImageBitmap);
    const asked = pictures.map((picture) => filters.picture(picture, 'median'));
    for (const { name } of pictures as unknown as FakeBitmap[]) await FakeWorker.last.answer(`${name} filtered`);
    expect((await Promise.all(asked)).map((made) => (made as unknown as FakeBitmap).name)).toEqual(
      ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name} filtered`),
    );
  });

  it('that kill the worker are not made; the next begin with another', async () => {
    const filters = new ImageFilters();
    const asked = filters.frame(image(1), 'lee');
    const first = FakeWorker.last;
    await first.die();
    expect(await asked).toBeNull();
    expect(first.terminated).toBe(true);
    const again = filters.frame(image(2), 'lee');
    expect(FakeWorker.last).not.toBe(first);
    await FakeWorker.last.answer('again');
    expect(await again).toMatchObject({ name: 'again' });
  });
});
