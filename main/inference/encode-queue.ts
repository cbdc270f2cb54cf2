/**
 * Which frame is encoded next: the one on screen, then its neighbours, then the rest of a batch. One at a time, since one
 * encoding takes all cores. Knows neither models nor files: it is given a function that encodes.
 */
import type { FrameId } from '../../shared/domain';

export interface QueueState {
  readonly waiting: number;
  readonly running: { readonly frameId: FrameId; readonly sinceMs: number } | null;
  /** The frames that `add` asked for: how many, and how many of them are still to come; null when none are. */
  readonly batch: { readonly frames: number; readonly left: number } | null;
  readonly done: number;
  readonly failed: number;
  /** How long the last one that was done took. */
  readonly lastMs: number | null;
}

interface Running {
  readonly frameId: FrameId;
  readonly sinceMs: number;
  readonly controller: AbortController;
  /** Ends it unless it is wanted again before. */
  mercy: NodeJS.Timeout | undefined;
}

/** How long an encoding that nobody wants may go on while others wait: a short one is cheaper to finish than to kill. */
const GRACE_MS = 1_000;

export class EncodeQueue {
  /** The frame on screen first. */
  #focus: readonly FrameId[] = [];
  readonly #rest = new Set<FrameId>();
  /** Frames added to `#rest` since it was last empty. */
  #batchFrames = 0;
  /** Of `#focus`, those not done yet. */
  readonly #pending = new Set<FrameId>();
  #running: Running | undefined;
  #counts = { done: 0, failed: 0, lastMs: null as number | null };
  #closed = false;

  /**
   * @param encode rejects where the frame cannot be encoded; its signal ends a run that nobody wants any more
   * @param onChange told whenever `state` is another
   */
  constructor(
    private readonly encode: (frameId: FrameId, signal: AbortSignal) => Promise<void>,
    private readonly onChange: () => void = () => undefined,
    private readonly graceMs = GRACE_MS,
  ) {}

  get state(): QueueState {
    const running = this.#running ? { frameId: this.#running.frameId, sinceMs: this.#running.sinceMs } : null;
    const waiting = new Set([...this.#pending, ...this.#rest]);
    if (running) waiting.delete(running.frameId);
    const left = this.#rest.size;
    const batch = left > 0 ? { frames: this.#batchFrames, left } : null;
    return { waiting: waiting.size, running, batch, ...this.#counts };
  }

  /** Whether anything on screen or beside it is still to come. */
  get focusWaits(): boolean {
    return this.#pending.size > 0;
  }

  /** What is on screen, and then its neighbours, in this order; what was focused before is given up. */
  focus(frameIds: readonly FrameId[]): void {
    this.#focus = frameIds;
    this.#pending.clear();
    for (const id of frameIds) this.#pending.add(id);
    this.#changed();
  }

  /** Encodes these too, when nothing on screen waits. */
  add(frameIds: Iterable<FrameId>): void {
    const before = this.#rest.size;
    for (const id of frameIds) this.#rest.add(id);
    this.#batchFrames = (before > 0 ? this.#batchFrames : 0) + this.#rest.size - before;
    this.#changed();
  }

  /** Gives up what `add` asked for. */
  clear(): void {
    this.#rest.clear();
    this.#changed();
  }

  /** Gives up everything and takes no more. */
  close(): void {
    this.#closed = true;
    this.#pending.clear();
    this.#rest.clear();
    clearTimeout(this.#running?.mercy);
    this.#running?.controller.abort();
  }

  #changed(): void {
    this.#start();
    this.#judge();
    this.onChange();
  }

  #next(): FrameId | undefined {
    const focused = this.#focus.find((id) => this.#pending.has(id));
    if (focused !== undefined) return focused;
    const [first] = this.#rest;
    return first;
  }

  #start(): void {
    if (this.#running || this.#closed) return;
    const frameId = this.#next();
    if (frameId === undefined) return;
    const running: Running = {
      frameId,
      sinceMs: Date.now(),
      controller: new AbortController(),
      mercy: undefined,
    };
    this.#running = running;
    void this.#run(running);
  }

  async #run({ frameId, sinceMs, controller }: Running): Promise<void> {
    try {
      await this.encode(frameId, controller.signal);
      this.#counts = { ...this.#counts, done: this.#counts.done + 1, lastMs: Date.now() - sinceMs };
      this.#settle(frameId);
    } catch {
      // Killed for another: it keeps its place if it is still in the batch.
      if (!controller.signal.aborted) {
        this.#counts = { ...this.#counts, failed: this.#counts.failed + 1 };
        this.#settle(frameId);
      }
    }
    clearTimeout(this.#running?.mercy);
    this.#running = undefined;
    if (!this.#closed) this.#changed();
  }

  #settle(frameId: FrameId): void {
    this.#pending.delete(frameId);
    this.#rest.delete(frameId);
  }

  /** A run is in the way when nobody wants it, or only the batch does, while something on screen waits. */
  #judge(): void {
    const running = this.#running;
    if (!running) return;
    const { frameId } = running;
    const next = [...this.#focus, ...this.#rest].find((id) => id !== frameId && this.#isWanted(id));
    const unwanted = !this.#isWanted(frameId);
    const inTheWay = next !== undefined && (unwanted || (!this.#pending.has(frameId) && this.#pending.has(next)));
    if (!inTheWay) {
      clearTimeout(running.mercy);
      running.mercy = undefined;
      return;
    }
    running.mercy ??= setTimeout(
      () => running.controller.abort(),
      Math.max(0, this.graceMs - (Date.now() - running.sinceMs)),
    );
  }

  #isWanted(frameId: FrameId): boolean {
    return this.#pending.has(frameId) || this.#rest.has(frameId);
  }
}
