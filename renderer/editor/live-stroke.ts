/**
 * A brush or eraser stroke while the button is down: painted at once, one act when it is finished, nothing when it is
 * cancelled.
 */
import { handMade, strokeChange } from './acts';
import { paintSegment, paintStroke, type BrushMode } from './brush';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import type { Snapshot } from './snapshot';

export class LiveStroke {
  readonly #path: number[] = [];
  #base: Snapshot | null;
  #painted = false;

  constructor(
    private readonly document: FrameDocument,
    readonly instance: Instance,
    readonly mode: BrushMode,
    readonly radiusPx: number,
  ) {
    this.#base = instance.shown;
  }

  /** On to this place, in image coordinates, without gaps. */
  extend(x: number, y: number): void {
    this.#rebase();
    const [lastX, lastY] = this.#path.length > 0 ? this.#path.slice(-2) : [x, y];
    this.#path.push(x, y);
    const box = paintSegment(this.instance.pixels, [lastX ?? x, lastY ?? y, x, y], this);
    if (box === null) return;
    this.#painted = true;
    this.document.pixelsChanged.emit({ instance: this.instance, box });
  }

  /** @returns false when no pixel changed: then there is nothing to undo either */
  finish(): boolean {
    this.#rebase();
    const { instance, mode, radiusPx } = this;
    const perform = strokeChange(instance, { mode, radiusPx, path: [...this.#path] }, this.document.frame);
    const act = { kind: 'local', perform, review: null } as const;
    if (!this.#painted) return instance.pending && this.document.do(act, instance);
    const before = instance.shown;
    const change = { instance, before, after: handMade(before, instance.pixels, mode) };
    return this.document.do(act, instance, { change, pixels: instance.pixels });
  }

  cancel(): void {
    this.instance.forgetPixels();
    this.document.pixelsChanged.emit({ instance: this.instance, box: null });
  }

  /** A click's mask, or a proposal, came while painting: the stroke goes on top of it. */
  #rebase(): void {
    if (this.instance.shown === this.#base) return;
    this.#base = this.instance.shown;
    this.#painted = paintStroke(this.instance.pixels, { mode: this.mode, radiusPx: this.radiusPx, path: this.#path });
    this.document.pixelsChanged.emit({ instance: this.instance, box: null });
  }
}
