/** Which label and which instance the next act is about. Choosing is no act: there is nothing to undo. */
import { emitter } from './emitter';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import { covers, isLive, isSetAt } from './snapshot';

export interface EditedLabel {
  readonly id: number;
  readonly instances: 'single' | 'multiple';
  /** Name of the head that proposes for it; null without one. */
  readonly head: string | null;
}

/** Why nothing on the frame may be changed: of a team's project, where the server would refuse it. */
export type Lock = 'offline' | 'leased' | 'accepted';

/** Why an act did nothing, where the user could not guess. */
export type Refusal =
  | 'no-label'
  | 'no-head'
  | 'needs-mask'
  | 'holds-one'
  | 'choose-instance'
  | 'last-frame'
  | 'other-size'
  | 'humans-mask'
  | 'nowhere'
  | 'outline-open'
  | Lock;

export class Selection {
  readonly changed = emitter<undefined>();
  readonly refused = emitter<Refusal>();
  #labels: readonly EditedLabel[] = [];
  #labelId: number | null = null;

  /** @param document on screen */
  constructor(private readonly document: () => FrameDocument | null) {}

  get labels(): readonly EditedLabel[] {
    return this.#labels;
  }

  /** What is outlined next; null where there is no label. */
  get label(): EditedLabel | null {
    return this.#labels.find(({ id }) => id === this.#labelId) ?? null;
  }

  setLabels(labels: readonly EditedLabel[]): void {
    this.#labels = labels;
    if (!this.label) this.#labelId = labels[0]?.id ?? null;
    this.settleOnFrame();
  }

  /** On a frame just opened, or where a mask has appeared: without an active instance, the label's first is it. */
  settleOnFrame(): void {
    const document = this.document();
    if (document) document.active ??= this.#firstOf(this.#labelId);
    this.changed.emit(undefined);
  }

  chooseLabel(labelId: number): void {
    if (!this.#labels.some(({ id }) => id === labelId)) return;
    this.#labelId = labelId;
    this.#activate(this.#firstOf(labelId));
  }

  nextLabel(): boolean {
    const index = this.#labels.findIndex(({ id }) => id === this.#labelId);
    const next = this.#labels[(index + 1) % this.#labels.length];
    if (next) this.chooseLabel(next.id);
    return next !== undefined;
  }

  /** @param key of a live instance, or null for none */
  activate(key: number | null): void {
    this.#activate(key === null ? null : this.byKey(key));
  }

  nextInstance(): boolean {
    const document = this.document();
    const live = document?.live ?? [];
    const next = live[(document?.active ? live.indexOf(document.active) + 1 : 0) % live.length];
    if (next) this.#activate(next);
    return next !== undefined;
  }

  /** The topmost mask under a place becomes the active instance; none where there is none. */
  selectAt(x: number, y: number): boolean {
    const document = this.document();
    if (document === null) return false;
    const inside = covers(document.frame, x, y);
    const isHere = ({ shown }: Instance): boolean =>
      shown !== null && isSetAt(shown, document.frame, Math.floor(x), Math.floor(y));
    const hit = inside ? document.live.findLast(isHere) : undefined;
    this.#activate(hit ?? null);
    return hit !== undefined;
  }

  /** The next prompt or stroke makes another instance of the label. */
  newInstance(): boolean {
    if (!this.document() || this.#labelId === null) return this.refuse('no-label');
    if (this.holdsOne(this.#labelId) && this.#firstOf(this.#labelId)) return this.refuse('holds-one');
    this.#activate(null);
    return true;
  }

  /** What the next prompt or stroke changes: the active instance, the label's only one, or one to be made. */
  target(): Instance | null {
    const document = this.document();
    if (document === null) return null;
    if (this.#labelId === null) {
      this.refuse('no-label');
      return null;
    }
    return this.existingTarget() ?? document.newInstance(this.#labelId);
  }

  /** The same, where it exists. */
  existingTarget(): Instance | null {
    const active = this.document()?.active ?? null;
    if (active && active.labelId === this.#labelId && isLive(active.shown)) return active;
    return this.#labelId !== null && this.holdsOne(this.#labelId) ? this.#firstOf(this.#labelId) : null;
  }

  byKey(key: number): Instance | null {
    return this.document()?.live.find((instance) => instance.key === key) ?? null;
  }

  /** True for a label of which a frame holds one mask. */
  holdsOne(labelId: number): boolean {
    return this.#labels.find(({ id }) => id === labelId)?.instances === 'single';
  }

  refuse(reason: Refusal): false {
    this.refused.emit(reason);
    return false;
  }

  #firstOf(labelId: number | null): Instance | null {
    return this.document()?.live.find((instance) => instance.labelId === labelId) ?? null;
  }

  #activate(instance: Instance | null): void {
    const document = this.document();
    if (document) document.active = instance;
    if (instance) this.#labelId = instance.labelId;
    this.changed.emit(undefined);
  }
}
