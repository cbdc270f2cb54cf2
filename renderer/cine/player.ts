/**
 * Plays a loop: asks for pictures ahead in the order they are due, shows each at its time, and leaves out what comes too
 * late. The loop never runs slower than it should; where pictures come slower, fewer are shown. Knows no DOM: it is told
 * when to look.
 */
import { frameOf, lengthOf, stepAt, type Playback } from './playback';

export interface PlayerHost<Picture> {
  /** Milliseconds. */
  now(): number;
  /** Rejects where the frame cannot be read: it is left out. */
  load(frame: number): Promise<Picture>;
  show(frame: number, picture: Picture): void;
  /** Nobody will see this picture any more. */
  free(picture: Picture): void;
  /** No frame of the range can be read. */
  onUnreadable(): void;
}

/** Asked for at a time: one is decoded while another is on its way and a third waits. */
const AT_ONCE = 3;
/** Steps that are asked for ahead of the one that is due. */
const AHEAD = 16;
/** The rate that is reached is told of the last so many milliseconds. */
const RATE_MS = 2_000;

export class Player<Picture> {
  readonly #pictures = new Map<number, Picture>();
  readonly #loading = new Set<number>();
  readonly #unreadable = new Set<number>();
  /** When the last pictures were shown. */
  #shownAtMs: number[] = [];
  #startedMs: number | null = null;
  /** The last step that was shown, and the last that was asked for. */
  #shownStep = -1;
  #askedStep = -1;
  #shown: number | null = null;
  #latencyMs = 0;
  #ended = false;

  /**
   * @param most pictures held; a handful at least
   */
  constructor(
    private readonly host: PlayerHost<Picture>,
    private readonly playback: Playback,
    private readonly most: number,
  ) {}

  /** Pictures a second over the last two seconds; null before they have passed. */
  get rate(): number | null {
    const nowMs = this.host.now();
    if (this.#startedMs === null || nowMs - this.#startedMs < RATE_MS) return null;
    this.#shownAtMs = this.#shownAtMs.filter((at) => nowMs - at < RATE_MS);
    return (1_000 * this.#shownAtMs.length) / RATE_MS;
  }

  /** Shows what is due. Time runs from the first picture on. To be called with every animation frame. */
  tick(): void {
    if (this.#ended) return;
    const nowMs = this.host.now();
    if (this.#pictures.size > 0) this.#startedMs ??= nowMs;
    const due = this.#startedMs === null ? 0 : stepAt(this.playback, nowMs - this.#startedMs);
    this.#show(due, nowMs);
    this.#ask(due);
  }

  /** Frees everything but the picture on screen. */
  end(): void {
    this.#ended = true;
    for (const [frame, picture] of this.#pictures) if (frame !== this.#shown) this.host.free(picture);
    this.#pictures.clear();
  }

  /** The newest picture there is that is due, if it was not shown yet. */
  #show(due: number, nowMs: number): void {
    for (let step = due; step > this.#shownStep; step--) {
      const frame = frameOf(this.playback, step);
      const picture = this.#pictures.get(frame);
      if (picture === undefined) continue;
      this.#shownStep = step;
      this.#shown = frame;
      this.#shownAtMs.push(nowMs);
      this.host.show(frame, picture);
      return;
    }
  }

  #ask(due: number): void {
    const { playback } = this;
    // What is asked for now is there after the latency; what is due before that would come too late.
    const lead = this.#startedMs === null ? 0 : Math.max(1, Math.ceil(this.#latencyMs / playback.stepMs));
    const end = due + Math.max(lead, Math.min(AHEAD, this.most - AT_ONCE - 1));
    for (let step = Math.max(this.#askedStep + 1, due + lead); step <= end; step++) {
      if (this.#loading.size >= AT_ONCE) return;
      this.#askedStep = step;
      const frame = frameOf(playback, step);
      if (this.#pictures.has(frame) || this.#loading.has(frame) || this.#unreadable.has(frame)) continue;
      void this.#load(frame);
    }
  }

  async #load(frame: number): Promise<void> {
    const askedMs = this.host.now();
    this.#loading.add(frame);
    try {
      const picture = await this.host.load(frame);
      if (this.#ended) return this.host.free(picture);
      this.#pictures.set(frame, picture);
      this.#makeRoom();
    } catch {
      this.#unreadable.add(frame);
      if (!this.#ended && this.#unreadable.size === lengthOf(this.playback.range)) this.host.onUnreadable();
    } finally {
      this.#loading.delete(frame);
      const tookMs = this.host.now() - askedMs;
      this.#latencyMs = this.#latencyMs === 0 ? tookMs : 0.8 * this.#latencyMs + 0.2 * tookMs;
    }
  }

  /** What will be due last goes first: of a loop that does not fit, a part then stays, whatever its length. */
  #makeRoom(): void {
    const { range } = this.playback;
    const next = frameOf(this.playback, this.#shownStep + 1);
    const wait = (frame: number): number => (frame - next + lengthOf(range)) % lengthOf(range);
    while (this.#pictures.size > this.most) {
      let last: number | undefined;
      for (const frame of this.#pictures.keys()) {
        if (frame !== this.#shown && (last === undefined || wait(frame) > wait(last))) last = frame;
      }
      const picture = last === undefined ? undefined : this.#pictures.get(last);
      if (last === undefined || picture === undefined) return;
      this.#pictures.delete(last);
      this.host.free(picture);
    }
  }
}
