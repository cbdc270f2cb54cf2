/**
 * One frame while it is worked on: its instances, what the user did, the masks its clicks wait for, and its saving.
 * Bound to the frame's hash, it goes on quietly when another frame is on screen. Knows nothing of tools or the screen.
 */
import { reviewOf, type MaskInstance, type Measurement, type ReviewState } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import type { Mask } from '../../shared/mask';
import { remeasured, type Act, type Asked, type Change, type LocalAct, type PromptAct } from './acts';
import { Answers, type AnswerSources, type NoAnswer } from './answers';
import type { Question } from './decoder';
import { emitter } from './emitter';
import { fits, History, promptShown, statesOf } from './history';
import { Instance, type PixelNews } from './instance';
import type { EditedFrame, EditorPorts } from './ports';
import { SaveQueue } from './save-queue';
import { editOf, noteSaved, type Direction } from './saving';
import { isLive, snapshotOfRevision, type Snapshot } from './snapshot';

export type { Asked } from './acts';

/** What a document needs of the editor around it. */
export interface DocumentContext extends AnswerSources {
  readonly ports: EditorPorts;
  /** True for a label of which a frame holds one mask. */
  holdsOne(labelId: number): boolean;
  /** False where nothing may be changed now, which is told. */
  mayAct(): boolean;
  /** Whether an edit that was refused with this is not to be tried again: somebody else may have the frame by then. */
  givesUp(code: ErrorCode): boolean;
  /** Edits were given up: what is on screen is not what is stored. */
  gaveUp(document: FrameDocument, code: ErrorCode): void;
}

type NewAct =
  Pick<LocalAct, 'kind' | 'perform' | 'review' | 'measured'> | Pick<PromptAct, 'kind' | 'instance' | keyof Asked>;

export class FrameDocument {
  readonly changed = emitter<undefined>();
  readonly pixelsChanged = emitter<PixelNews>();
  readonly saves: SaveQueue;
  /** Also those not on screen now: undone, rejected, deleted. */
  readonly instances: Instance[] = [];
  review: ReviewState;
  measurements: readonly Measurement[];
  /** Why the last click or proposal was given up; null when all is well. */
  problem: NoAnswer | null = null;
  #active: Instance | null = null;
  readonly #history = new History();
  readonly #answers: Answers;
  readonly #revisions = new WeakMap<Snapshot, number>();
  #nextKey = 1;

  constructor(
    readonly frame: EditedFrame,
    masks: readonly MaskInstance[],
    private readonly context: DocumentContext,
  ) {
    this.review = frame.review;
    this.measurements = frame.measurements;
    this.#answers = new Answers(frame, context, {
      firstWaiting: () => this.#firstWaiting(),
      take: (act, after, pixels) => this.#take(act, after, pixels),
      giveUp: (act, why) => this.#giveUp(act, why),
      embeddedChanged: () => this.changed.emit(undefined),
    });
    this.saves = new SaveQueue(
      (edit) => context.ports.save(edit),
      {
        isFinal: (code) => context.givesUp(code),
        onGivenUp: (code) => context.gaveUp(this, code),
        onConflict: async () => this.receive(await context.ports.masksOf(frame.id)),
      },
      () => this.changed.emit(undefined),
    );
    this.receive(masks);
  }

  get active(): Instance | null {
    return this.#active;
  }

  set active(instance: Instance | null) {
    if (instance !== this.#active) this.#active?.letGo();
    this.#active = instance;
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  /** True when the decoder can be asked about this frame. */
  get embedded(): boolean {
    return this.#answers.embedded;
  }

  /** Clicks whose mask is not there yet. */
  get waiting(): number {
    return this.#history.done.filter(({ kind, settled }) => kind === 'prompt' && !settled).length;
  }

  /** Acts on screen that are not on their way to the disk yet: clicks that wait for an answer and what follows them. */
  get unsettled(): number {
    return this.#history.done.filter(({ settled }) => !settled).length;
  }

  /** Nothing waits and nothing is unsaved. */
  get idle(): boolean {
    return this.saves.length === 0 && this.#history.firstUnsettled() === undefined;
  }

  get live(): Instance[] {
    return this.instances.filter(({ shown }) => isLive(shown));
  }

  /** An instance that an act is about to make; it is on the frame once that act is done. */
  newInstance(labelId: number): Instance {
    return new Instance(this.#nextKey++, labelId, this.frame);
  }

  /** What a click would ask, on top of what is on screen. */
  question(instance: Instance | null, act: Asked): Question {
    return this.#answers.question(instance?.shown ?? null, act);
  }

  /**
   * Does an act and makes `active` the active instance.
   *
   * @param known what the act changes, where the caller painted it already
   * @returns false when it changes nothing; nothing is to be undone then
   */
  do(act: NewAct, active: Instance | null, known?: { change: Change; pixels: Mask }): boolean {
    if (!this.context.mayAct()) return false;
    const review = act.kind === 'local' ? act.review : null;
    const measured = act.kind === 'local' ? act.measured : undefined;
    const changes = known ? [known.change] : this.#changesOf(act);
    // What changes nothing of a mask that is still to come may change it when it is there.
    const idle = changes.length === 0 && (review === null || review === this.review);
    if (idle && !measured && this.waiting === 0) return false;
    this.#hold(changes.map(({ instance }) => instance));
    known?.change.instance.knowPixels(known.change.after, known.pixels);
    const fields = { changes, settled: false, reviewBefore: this.review, reviewAfter: this.review };
    this.#history.push({ ...act, ...fields, activeBefore: this.active, activeAfter: active });
    this.active = active;
    if (measured) this.measurements = measured.after;
    this.problem = null;
    this.#settle();
    return true;
  }

  undo(): boolean {
    if (!this.context.mayAct()) return false;
    const act = this.#history.back();
    if (act === undefined) return false;
    if (act.kind === 'local' && act.measured) {
      this.measurements = remeasured(this.measurements, act.measured.after, act.measured.before);
    }
    if (act.settled) {
      for (const { instance, before } of act.changes) instance.settled = before;
      this.review = act.reviewBefore;
      this.#save(act, 'undo');
    } else if (act.kind === 'prompt') this.#answers.abandon(act);
    this.active = act.activeBefore;
    this.#show();
    return true;
  }

  redo(): boolean {
    if (!this.context.mayAct()) return false;
    const act = this.#history.forward();
    if (act === undefined) return false;
    this.active = act.activeAfter;
    if (act.kind === 'local' && act.measured) {
      this.measurements = remeasured(this.measurements, act.measured.before, act.measured.after);
    }
    if (act.settled) {
      for (const { instance, after } of act.changes) instance.settled = after;
      this.review = act.reviewAfter;
      this.#save(act, 'redo');
    }
    this.#settle();
    return true;
  }

  /** The decoder holds this frame's embedding now, or not any more. */
  setEmbedded(embedded: boolean): void {
    this.#answers.setEmbedded(embedded);
  }

  /** The frame could not be encoded, and why: clicks that wait for it would wait for ever, and everything done after them. */
  embeddingFailed(why: ErrorCode): void {
    this.#answers.embeddingFailed(why);
  }

  /** Clicks that wait get no mask, so that what was done after them is saved. */
  giveUpClicks(why: ErrorCode): void {
    this.#answers.giveUp(why);
  }

  /** There is no usable model, and why: what waits for one would wait for ever, and everything done after it. */
  setModelProblem(problem: ErrorCode | null): void {
    this.#answers.setModelProblem(problem);
  }

  /**
   * Masks as they are stored: on opening, when a head has proposed, after a conflict. Newer revisions replace what is
   * shown unless the user has changed the same frame meanwhile: then the user's edits go on top.
   */
  receive(masks: readonly MaskInstance[]): void {
    const { idle } = this;
    for (const mask of masks) {
      const instance = this.#placeFor(mask);
      if (instance.revisionId !== null && instance.revisionId >= mask.current.id) continue;
      const snapshot = snapshotOfRevision(mask.current);
      this.#revisions.set(snapshot, mask.current.id);
      const mine = instance.maskId === null ? instance.settled !== null : !idle;
      instance.maskId = mask.id;
      instance.revisionId = mask.current.id;
      this.#history.rebase(instance, snapshot);
      if (!mine) instance.settled = snapshot;
    }
    this.#show();
  }

  /** Another frame is on screen: keep what undo and saving need, free the rest. */
  park(): void {
    this.#answers.park();
    for (const instance of this.instances) instance.forgetPixels();
  }

  #placeFor(mask: MaskInstance): Instance {
    const known = this.instances.find(({ maskId }) => maskId === mask.id);
    if (known) return known;
    // The user's own unsaved instance of a label that a frame holds one of becomes a correction of what is stored.
    const mine = this.instances.find(
      ({ maskId, labelId, shown }) => maskId === null && labelId === mask.labelId && isLive(shown),
    );
    const stored = mask.current.state !== 'rejected' && mask.current.state !== 'deleted';
    if (mine && stored && this.context.holdsOne(mask.labelId)) return mine;
    const instance = this.newInstance(mask.labelId);
    this.instances.push(instance);
    return instance;
  }

  #changesOf(act: NewAct): readonly Change[] {
    if (act.kind === 'local') return act.perform(({ shown }) => shown);
    return [promptShown(act, act.instance.shown)];
  }

  /** Settles every act up to the first click that has no mask yet, shows the rest as far as known, asks for the mask. */
  #settle(): void {
    for (let act = this.#history.firstUnsettled(); act?.kind === 'local'; act = this.#history.firstUnsettled()) {
      // What was shown may rest on a click that has got its mask since.
      const stateOf = ({ settled }: Instance): Snapshot | null => settled;
      if (!fits(act.changes, stateOf)) act.changes = act.perform(stateOf);
      if (act.changes.length === 0 && act.review === null && !act.measured) this.#history.remove(act);
      else this.#settled(act);
    }
    this.#show();
    void this.#answers.next();
  }

  #settled(act: Act): void {
    act.settled = true;
    this.#hold(act.changes.map(({ instance }) => instance));
    for (const { instance, after } of act.changes) instance.settled = after;
    act.reviewBefore = this.review;
    act.reviewAfter = this.#reviewAfter(act);
    this.review = act.reviewAfter;
    this.#save(act, 'do');
  }

  /** Instances that an act makes are on the frame from then on, also where it could only make them once a click's mask came. */
  #hold(instances: Iterable<Instance>): void {
    for (const instance of instances) if (!this.instances.includes(instance)) this.instances.push(instance);
  }

  #reviewAfter(act: Act): ReviewState {
    if (act.kind === 'local' && act.measured) return this.review;
    return (act.kind === 'local' ? act.review : null) ?? reviewOf(statesOf(this.instances));
  }

  #show(): void {
    const waiting = this.#history.done.filter(({ settled }) => !settled);
    const shown = this.#history.shown(this.instances);
    this.#hold(shown.keys());
    for (const [instance, snapshot] of shown) {
      const before = instance.shown;
      instance.shown = snapshot;
      instance.pending = waiting.some((act) => act.kind === 'prompt' && act.instance === instance);
      if (before?.counts !== snapshot?.counts || isLive(before) !== isLive(snapshot)) {
        this.pixelsChanged.emit({ instance, box: null });
      }
      if (instance !== this.active) instance.letGo();
    }
    if (this.active && !isLive(this.active.shown)) this.active = null;
    this.changed.emit(undefined);
  }

  #firstWaiting(): PromptAct | null {
    const act = this.#history.firstUnsettled();
    return act?.kind === 'prompt' ? act : null;
  }

  #giveUp(act: PromptAct, problem: NoAnswer): void {
    this.#history.remove(act);
    this.problem = problem;
    this.#settle();
  }

  #take(act: PromptAct, after: Snapshot, pixels: Mask): void {
    const { instance } = act;
    act.changes = [{ instance, before: instance.settled, after }];
    this.#settled(act);
    if (this.#history.firstUnsettled() === undefined) instance.knowPixels(after, pixels);
    this.#settle();
  }

  #save(act: Act, direction: Direction): void {
    const derived = reviewOf(statesOf(this.instances));
    const stated = direction === 'do' && act.kind === 'local' ? act.review : null;
    const review = stated ?? (this.review === derived ? null : this.review);
    const measurements = act.kind === 'local' && act.measured ? this.measurements : null;
    const job = { frame: this.frame, act, direction, review, measurements };
    this.saves.push({
      edit: () => editOf(job, this.#revisions),
      saved: (answer) => noteSaved(job, answer, this.#revisions),
    });
  }
}
