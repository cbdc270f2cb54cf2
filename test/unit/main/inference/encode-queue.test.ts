import { describe, expect, it } from 'vitest';
import { EncodeQueue } from '../../../../main/inference/encode-queue';

/** An encoder that the test finishes by hand. */
class HandEncoder {
  readonly begun: number[] = [];
  readonly killed: number[] = [];
  #current: { finish(): void; fail(): void } | undefined;

  readonly encode = (frameId: number, signal: AbortSignal): Promise<void> => {
    this.begun.push(frameId);
    return new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => {
        this.killed.push(frameId);
        reject(new Error('killed'));
      });
      this.#current = { finish: resolve, fail: () => reject(new Error('cannot be read')) };
    });
  };

  async finish(): Promise<void> {
    this.#current?.finish();
    await turns();
  }

  async fail(): Promise<void> {
    this.#current?.fail();
    await turns();
  }
}

const turns = (ms = 0): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the encode queue', () => {
  it('does the frame on screen, its neighbours in order, then the batch', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode);
    queue.add([1, 2, 3, 10, 11]);
    queue.focus([10, 11, 9]);
    for (let i = 0; i < 7; i++) await hand.finish();
    expect(hand.begun).toEqual([1, 10, 11, 9, 2, 3]);
    expect(queue.state).toMatchObject({ waiting: 0, running: null, done: 6, failed: 0 });
  });

  it('tells how far the batch is, whatever else it does, and begins to count anew with the next', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode);
    expect(queue.state.batch).toBeNull();
    queue.add([1, 2]);
    queue.add([2, 3]);
    queue.focus([9]);
    expect(queue.state.batch).toEqual({ frames: 3, left: 3 });
    await hand.finish();
    await hand.finish();
    expect(hand.begun).toEqual([1, 9, 2]);
    expect(queue.state.batch).toEqual({ frames: 3, left: 2 });
    await hand.fail();
    await hand.finish();
    expect(queue.state.batch).toBeNull();
    queue.add([4]);
    expect(queue.state.batch).toEqual({ frames: 1, left: 1 });
    queue.clear();
    expect(queue.state.batch).toBeNull();
  });

  it('begins nothing that has scrolled out of sight meanwhile', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode);
    queue.focus([1, 2, 3]);
    queue.focus([2, 3, 4]);
    queue.focus([50, 51]);
    await hand.finish();
    await hand.finish();
    expect(hand.begun).toEqual([1, 50, 51]);
  });

  it('kills a long encoding that nobody wants, but only when another waits', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode, undefined, 20);
    queue.focus([1]);
    queue.focus([]);
    await turns(60);
    expect(hand.killed).toEqual([]);
    queue.focus([2]);
    await turns(60);
    expect(hand.killed).toEqual([1]);
    expect(hand.begun).toEqual([1, 2]);
    await hand.finish();
    expect(queue.state).toMatchObject({ done: 1, failed: 0, waiting: 0 });
  });

  it('lets one finish that is wanted again in time', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode, undefined, 40);
    queue.focus([1]);
    queue.focus([2]);
    await turns(10);
    queue.focus([2, 1]);
    await turns(80);
    expect(hand.killed).toEqual([]);
    await hand.finish();
    expect(hand.begun).toEqual([1, 2]);
  });

  it('puts what is on screen before a long encoding of the batch, which comes later', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode, undefined, 20);
    queue.add([1, 2]);
    queue.focus([7]);
    await turns(60);
    expect(hand.killed).toEqual([1]);
    for (let i = 0; i < 3; i++) await hand.finish();
    expect(hand.begun).toEqual([1, 7, 1, 2]);
    expect(queue.state).toMatchObject({ done: 3, failed: 0 });
  });

  it('counts a frame that cannot be encoded and goes on', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode);
    queue.focus([1, 2]);
    await hand.fail();
    await hand.finish();
    expect(queue.state).toMatchObject({ waiting: 0, done: 1, failed: 1 });
  });

  it('ends what runs when it is closed, and takes no more', async () => {
    const hand = new HandEncoder();
    const queue = new EncodeQueue(hand.encode);
    queue.focus([1, 2]);
    queue.close();
    queue.focus([3]);
    await turns();
    expect(hand).toMatchObject({ begun: [1], killed: [1] });
  });
});
