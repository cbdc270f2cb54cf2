/**
 * Fingers on the canvas: one does what the tool does, resting it is the right button, two move and zoom the image. While
 * a pen is near, hands rest on the screen and mean nothing. Plain data in, calls out: no DOM.
 */
import type { Point } from './viewport';

/** A finger in CSS pixels from the canvas's upper left corner. */
export interface Finger extends Point {
  readonly id: number;
}

export interface FingerHost {
  /** As a mouse does with its left button, or with the right one. */
  press(at: Point, button: 0 | 2): void;
  drag(at: Point): void;
  release(at: Point, button: 0 | 2): void;
  /** What was pressed was not meant. */
  cancel(): void;
  pan(dx: number, dy: number): void;
  zoom(factor: number, at: Point): void;
  /** Calls once after so many milliseconds, unless the answered function was called before. */
  after(ms: number, act: () => void): () => void;
}

type State =
  | { readonly kind: 'idle' }
  /** One finger that has not moved: a tap, a stroke, a long press or the first of two. */
  | { readonly kind: 'waiting'; readonly finger: Finger; readonly stopWaiting: () => void }
  | { readonly kind: 'tool'; readonly id: number; readonly sinceMs: number }
  | { readonly kind: 'pinch'; readonly first: Finger; readonly second: Finger }
  /** What these fingers meant is done: nothing more until all are lifted. */
  | { readonly kind: 'spent' };

/** A resting finger trembles. */
const TAP_TOLERANCE_PX = 8;
const LONG_PRESS_MS = 500;
/** The second finger of a pinch comes a little late; what the first has begun meanwhile was not meant. */
const SECOND_FINGER_MS = 200;
/** After the pen was last near. */
const PALM_MS = 1_000;

export class Fingers {
  readonly #down = new Map<number, Finger>();
  #state: State = { kind: 'idle' };
  #penSeenMs = -Infinity;

  constructor(private readonly host: FingerHost) {}

  down(finger: Finger, timeMs: number): void {
    const state = this.#state;
    this.#down.set(finger.id, finger);
    if (timeMs - this.#penSeenMs < PALM_MS) this.#become({ kind: 'spent' });
    else if (state.kind === 'idle') this.#wait(finger);
    else if (state.kind === 'waiting') this.#become({ kind: 'pinch', first: state.finger, second: finger });
    else if (state.kind === 'tool' && timeMs - state.sinceMs < SECOND_FINGER_MS) {
      this.host.cancel();
      this.#become({ kind: 'pinch', first: this.#down.get(state.id) ?? finger, second: finger });
    }
  }

  move(finger: Finger, timeMs: number): void {
    if (!this.#down.has(finger.id)) return;
    this.#down.set(finger.id, finger);
    const state = this.#state;
    if (state.kind === 'waiting') {
      if (distance(finger, state.finger) <= TAP_TOLERANCE_PX) return;
      this.host.press(state.finger, 0);
      this.host.drag(finger);
      this.#become({ kind: 'tool', id: finger.id, sinceMs: timeMs });
    } else if (state.kind === 'tool' && state.id === finger.id) this.host.drag(finger);
    else if (state.kind === 'pinch') this.#pinch(state.first, state.second, finger);
  }

  up(finger: Finger): void {
    if (!this.#down.delete(finger.id)) return;
    const state = this.#state;
    if (state.kind === 'waiting') {
      this.host.press(state.finger, 0);
      this.host.release(state.finger, 0);
    } else if (state.kind === 'tool') {
      if (state.id !== finger.id) return;
      this.host.release(finger, 0);
    }
    this.#become({ kind: this.#down.size > 0 ? 'spent' : 'idle' });
  }

  /** The system took the finger away: a stroke stays as far as it came, a tap was none. */
  lost(finger: Finger): void {
    if (this.#state.kind === 'waiting') this.#become({ kind: 'spent' });
    this.up(finger);
  }

  /** A pen touches or hovers: it alone is meant. */
  penSeen(timeMs: number): void {
    this.#penSeenMs = timeMs;
    if (this.#down.size === 0 || this.#state.kind === 'spent') return;
    if (this.#state.kind === 'tool') this.host.cancel();
    this.#become({ kind: 'spent' });
  }

  #wait(finger: Finger): void {
    const stopWaiting = this.host.after(LONG_PRESS_MS, () => {
      this.#become({ kind: 'spent' });
      this.host.press(finger, 2);
      this.host.release(finger, 2);
    });
    this.#become({ kind: 'waiting', finger, stopWaiting });
  }

  /** What lies between the two fingers stays there. */
  #pinch(first: Finger, second: Finger, moved: Finger): void {
    const now = [first, second].map((finger) => (finger.id === moved.id ? moved : finger));
    const [a = first, b = second] = now;
    const from = middle(first, second);
    const to = middle(a, b);
    this.host.pan(to.x - from.x, to.y - from.y);
    const before = distance(first, second);
    const after = distance(a, b);
    if (before > 0 && after > 0) this.host.zoom(after / before, to);
    this.#become({ kind: 'pinch', first: a, second: b });
  }

  #become(state: State): void {
    if (this.#state.kind === 'waiting') this.#state.stopWaiting();
    this.#state = state;
  }
}

function middle(a: Point, b: Point): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
