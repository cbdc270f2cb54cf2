/**
 * A brush or eraser stroke while the button is down: painted at once, one act when it is finished, nothing when it is
 * cancelled.
 */
import { compressCounts, runLengths, type BrushPlace, type Mask } from '../../shared/mask';
import { handMade, strokeChange } from './acts';
import { paintFootprint, paintPiece, type BrushMode } from './brush';
import type { BrushLimit } from './brush-limit';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import type { Snapshot } from './snapshot';

/** Of a brush that is hardly pressed. */
const LEAST_PRESSURE = 0.15;
const LEAST_RADIUS_PX = 0.5;

export class LiveStroke {
  readonly #footprint: Mask;
  #place: BrushPlace | null = null;
  #base: Snapshot | null;
  #painted = false;

  /** @param limit null: it may touch every pixel */
  constructor(
    private readonly document: FrameDocument,
    readonly instance: Instance,
    readonly mode: BrushMode,
    private readonly fullRadiusPx: number,
    private readonly limit: BrushLimit | null = null,
  ) {
    this.#base = instance.shown;
    this.#footprint = instance.emptyPixels();
    instance.painting = true;
  }

  /** As it is pressed now. */
  get radiusPx(): number {
    return this.#place?.radiusPx ?? this.fullRadiusPx;
  }

  /** As wide as it can be: not by a pen that is pressed less. */
  get isFull(): boolean {
    return this.radiusPx === this.fullRadiusPx;
  }

  /**
   * On to this place, in image coordinates, without gaps.
   *
   * @param pressure 0 to 1, of a pen: the share of the full radius
   */
  extend(x: number, y: number, pressure = 1): void {
    this.#rebase();
    const radiusPx = Math.max(this.fullRadiusPx * Math.max(pressure, LEAST_PRESSURE), LEAST_RADIUS_PX);
    const to = { x, y, radiusPx };
    const box = paintPiece(this.#painting, this.#place ?? to, to);
    this.#place = to;
    if (box === null) return;
    this.#painted = true;
    this.document.pixelsChanged.emit({ instance: this.instance, box });
  }

  /** @returns false when no pixel changed: then there is nothing to undo either */
  finish(): boolean {
    this.#rebase();
    const { instance, mode } = this;
    instance.painting = false;
    if (!this.#painted && !instance.pending) return false;
    const counts = compressCounts(runLengths(this.#footprint));
    const perform = strokeChange(instance, { mode, counts }, this.document.frame);
    const act = { kind: 'local', perform, review: null } as const;
    if (!this.#painted) return this.document.do(act, instance);
    const before = instance.shown;
    const change = { instance, before, after: handMade(before, instance.pixels, mode) };
    return this.document.do(act, instance, { change, pixels: instance.pixels });
  }

  cancel(): void {
    this.instance.painting = false;
    this.instance.forgetPixels();
    this.document.pixelsChanged.emit({ instance: this.instance, box: null });
  }

  get #painting() {
    return { mask: this.instance.pixels, footprint: this.#footprint, mode: this.mode, limit: this.limit };
  }

  /** A click's mask, or a proposal, came while painting: the stroke goes on top of it. */
  #rebase(): void {
    if (this.instance.shown === this.#base) return;
    this.#base = this.instance.shown;
    this.#painted = paintFootprint(this.instance.pixels, this.#footprint, this.mode);
    this.document.pixelsChanged.emit({ instance: this.instance, box: null });
  }
}
