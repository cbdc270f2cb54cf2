/**
 * The editor: which frame, label and instance are worked on, and every act the user can do to them. Speaks image pixels
 * only. Not the screen (`canvas/`), not tools (`canvas/tools/`), no Vue: `stores/editor.ts` makes it reactive.
 */
import type { MaskInstance, MaskState, PromptBox, ReviewState } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import type { Mask } from '../../shared/mask';
import { clearedPrompt, polygonChange, stateChange } from './acts';
import type { BrushMode } from './brush';
import { Decoder } from './decoder';
import { emitter } from './emitter';
import { FrameDocument, type Asked, type DocumentContext } from './frame-document';
import { HoverPreview } from './hover-preview';
import type { Instance, PixelNews } from './instance';
import { LiveStroke } from './live-stroke';
import type { EditedFrame, EditorPorts } from './ports';
import { isLive } from './snapshot';

export interface EditedLabel {
  readonly id: number;
  readonly instances: 'single' | 'multiple';
  /** Name of the head that proposes for it; null without one. */
  readonly head: string | null;
}

/** Why an act did nothing, where the user could not guess. */
export type Refusal = 'no-label' | 'no-head' | 'needs-mask' | 'holds-one' | 'choose-instance';

export interface Saving {
  /** Edits of all frames that are not on the disk yet. */
  readonly unsaved: number;
  /** The first that failed and is tried again; null while all goes well. */
  readonly failure: { readonly frameId: number; readonly code: ErrorCode; readonly attempts: number } | null;
}

const ACCEPTABLE: readonly MaskState[] = ['proposed', 'propagated', 'imported'];

export class Editor {
  /** Something other than pixels changed: acts, selection, saving. */
  readonly changed = emitter<undefined>();
  /** Of the frame on screen. */
  readonly pixelsChanged = emitter<PixelNews>();
  readonly refused = emitter<Refusal>();
  readonly hover: HoverPreview;
  document: FrameDocument | null = null;
  labels: readonly EditedLabel[] = [];
  activeLabelId: number | null = null;
  /** Whether hovering previews. */
  previews = true;
  /** The stroke under way. */
  stroke: LiveStroke | null = null;
  /** Frames with a history or with unsaved work, the one on screen among them. */
  readonly #documents = new Map<string, FrameDocument>();
  readonly #decoder: Decoder;
  readonly #context: DocumentContext;

  constructor(ports: EditorPorts) {
    this.#decoder = new Decoder(ports);
    this.hover = new HoverPreview(this.#decoder);
    this.#context = {
      ports,
      decoder: this.#decoder,
      holdsOne: (labelId) => this.#holdsOne(labelId),
      readyAnswer: (question) => this.hover.answerTo(question),
    };
  }

  // What comes from outside ----------------------------------------------------------------------------------------

  /** Shows a frame. The one before goes on saving, and waiting for its masks, by itself. */
  open(frame: EditedFrame, masks: readonly MaskInstance[]): void {
    this.close();
    const key = keyOf(frame.id, frame.sha256);
    const known = this.#documents.get(key);
    const document = known ?? this.#newDocument(frame, masks);
    if (known) known.receive(masks);
    this.#documents.set(key, document);
    this.document = document;
    document.active = this.#firstOf(this.activeLabelId);
    this.changed.emit(undefined);
  }

  /** Shows nothing. A stroke under way is kept. */
  close(): void {
    const { document } = this;
    if (document === null) return;
    this.endStroke();
    this.hover.hide();
    this.document = null;
    document.park();
    document.setEmbedded(document.embedded && !document.idle);
    this.#forgetIdle();
    this.changed.emit(undefined);
  }

  setLabels(labels: readonly EditedLabel[]): void {
    this.labels = labels;
    if (!labels.some(({ id }) => id === this.activeLabelId)) this.activeLabelId = labels[0]?.id ?? null;
    if (this.document && this.document.active === null) this.document.active = this.#firstOf(this.activeLabelId);
    this.changed.emit(undefined);
  }

  /** The model in use; null while there is none. Its embeddings are to be announced anew. */
  setModel(modelId: string | null): void {
    if (this.#decoder.modelId === modelId) return;
    this.#decoder.modelId = modelId;
    this.hover.hide();
    for (const document of this.#documents.values()) document.setEmbedded(document.embedded);
  }

  /** The prompt worker holds this frame's embedding now. */
  embeddingReady(frameId: number, frameSha256: string): void {
    this.#documents.get(keyOf(frameId, frameSha256))?.setEmbedded(true);
  }

  /** The prompt worker was restarted: it holds nothing. */
  embeddingsLost(): void {
    this.hover.hide();
    for (const document of this.#documents.values()) document.setEmbedded(false);
  }

  /** Masks that a head proposed on a frame. */
  receive(frameId: number, frameSha256: string, masks: readonly MaskInstance[]): void {
    const document = this.#documents.get(keyOf(frameId, frameSha256));
    document?.receive(masks);
    if (document && document === this.document) {
      this.hover.hide();
      document.active ??= this.#firstOf(this.activeLabelId);
      this.changed.emit(undefined);
    }
  }

  /** The stored review of a frame changed; the user's own acts that are not stored yet go first. */
  reviewStored(frameId: number, review: ReviewState): void {
    const { document } = this;
    if (document?.frame.id !== frameId || !document.idle || document.review === review) return;
    document.review = review;
    this.changed.emit(undefined);
  }

  /** Another project: nothing of the one before is shown, asked or saved any more. Wait for `saving` first. */
  forget(): void {
    this.close();
    for (const { saves } of this.#documents.values()) saves.stop();
    this.#documents.clear();
    this.setLabels([]);
  }

  get canPropose(): boolean {
    const label = this.labels.find(({ id }) => id === this.activeLabelId);
    return this.document !== null && this.#decoder.modelId !== null && (label?.head ?? null) !== null;
  }

  get hasPrompts(): boolean {
    const prompt = this.document?.active?.shown?.prompt;
    return prompt !== undefined && (prompt.points.length > 0 || prompt.box !== undefined);
  }

  get saving(): Saving {
    let unsaved = 0;
    let failure: Saving['failure'] = null;
    for (const { saves, frame } of this.#documents.values()) {
      unsaved += saves.length;
      if (saves.failure) failure ??= { frameId: frame.id, code: saves.failure.code, attempts: saves.failure.attempts };
    }
    return { unsaved, failure };
  }

  /** Tries failed saves again now. */
  retrySaves(): void {
    for (const { saves } of this.#documents.values()) saves.retry();
  }

  // Acts -----------------------------------------------------------------------------------------------------------

  /** A point prompt on the active instance; it makes one where there is none. */
  click(x: number, y: number, positive: boolean): boolean {
    const { document } = this;
    const act = pointAct(x, y, positive);
    if (document === null || act === null || !within(document.frame, x, y)) return false;
    const instance = this.#target();
    if (instance === null) return false;
    if (!positive && instance.shown === null) return this.#refuse('needs-mask');
    const done = document.do({ kind: 'prompt', instance, ...act }, instance);
    this.hover.hide();
    return done;
  }

  /** A box prompt: the mask is drawn afresh from the box and the points there are. */
  setBox(box: PromptBox): boolean {
    const { document } = this;
    const instance = this.#target();
    if (document === null || instance === null) return false;
    const asked: Asked = { promptAfter: (before) => ({ ...before, box }), refines: false, head: null };
    return document.do({ kind: 'prompt', instance, ...asked }, instance);
  }

  /** The active label's head draws anew, without prompts. */
  propose(): boolean {
    const { document } = this;
    const head = this.labels.find(({ id }) => id === this.activeLabelId)?.head ?? null;
    const instance = this.#target();
    if (document === null || instance === null) return false;
    if (head === null) return this.#refuse('no-head');
    const asked: Asked = { promptAfter: () => ({ points: [] }), refines: false, head };
    return document.do({ kind: 'prompt', instance, ...asked }, instance);
  }

  /** Begins a stroke at a place; `stroke` goes on with it. The eraser needs something to erase. */
  beginStroke(mode: BrushMode, radiusPx: number, x: number, y: number): boolean {
    const { document } = this;
    const instance = this.#target();
    if (document === null || instance === null) return false;
    if (mode === 'eraser' && instance.shown === null) return this.#refuse('needs-mask');
    this.hover.hide();
    this.stroke = new LiveStroke(document, instance, mode, radiusPx);
    this.stroke.extend(x, y);
    return true;
  }

  endStroke(): boolean {
    const { stroke } = this;
    this.stroke = null;
    return stroke?.finish() ?? false;
  }

  cancelStroke(): boolean {
    const { stroke } = this;
    this.stroke = null;
    stroke?.cancel();
    return stroke !== null;
  }

  /** @param vertices `[x0, y0, x1, y1, ...]` in image pixels, at least three points */
  polygon(vertices: readonly number[], mode: 'add' | 'remove'): boolean {
    const { document } = this;
    const instance = this.#target();
    if (document === null || instance === null || vertices.length < 6) return false;
    if (mode === 'remove' && instance.shown === null) return this.#refuse('needs-mask');
    const perform = polygonChange(instance, vertices, mode, document.frame);
    return document.do({ kind: 'local', perform, review: null }, instance);
  }

  /** The frame is right as it is, also where it has no mask. */
  accept(): boolean {
    const { document } = this;
    if (document === null) return false;
    const states = new Map<Instance, MaskState>();
    for (const instance of document.live) {
      if (instance.shown && ACCEPTABLE.includes(instance.shown.state)) states.set(instance, 'accepted');
    }
    return this.#changeStates(states, 'review', document.active, 'accepted');
  }

  /** The active mask is wrong: a drawn one goes, a proposed one is kept as rejected. Without masks, the frame is. */
  reject(): boolean {
    const { document } = this;
    if (document === null) return false;
    if (document.live.length === 0) return this.#changeStates(new Map(), 'review', null, 'rejected');
    const instance = document.active ?? (document.live.length === 1 ? document.live[0] : undefined);
    if (!instance) return this.#refuse('choose-instance');
    if (instance.shown?.state === 'drawn') return this.deleteInstance(instance.key);
    return this.#changeStates(new Map([[instance, 'rejected']]), 'review', null, null);
  }

  deleteInstance(key: number): boolean {
    const instance = this.#byKey(key);
    if (!instance) return false;
    return this.#changeStates(new Map([[instance, 'deleted']]), 'delete', null, null);
  }

  clearPrompts(): boolean {
    const { document } = this;
    const instance = document?.active;
    if (!document || !instance) return false;
    return document.do({ kind: 'local', perform: clearedPrompt(instance), review: null }, instance);
  }

  undo(): boolean {
    this.hover.hide();
    return this.cancelStroke() || (this.document?.undo() ?? false);
  }

  redo(): boolean {
    this.hover.hide();
    return this.document?.redo() ?? false;
  }

  // Choosing: no acts, nothing to undo -------------------------------------------------------------------------------

  /** The next prompt or stroke makes another instance of the label. */
  newInstance(): boolean {
    if (!this.document || this.activeLabelId === null) return this.#refuse('no-label');
    if (this.#holdsOne(this.activeLabelId) && this.#firstOf(this.activeLabelId)) return this.#refuse('holds-one');
    this.#activate(null);
    return true;
  }

  /** The topmost mask under a place becomes the active instance; none where there is none. */
  selectAt(x: number, y: number): boolean {
    const { document } = this;
    if (document === null) return false;
    const { widthPx } = document.frame;
    const at = Math.floor(y) * widthPx + Math.floor(x);
    const hit = within(document.frame, x, y)
      ? document.live.findLast((instance) => instance.pixels.data[at] === 1)
      : undefined;
    this.#activate(hit ?? null);
    return hit !== undefined;
  }

  activate(key: number | null): void {
    this.#activate(key === null ? null : this.#byKey(key));
  }

  chooseLabel(labelId: number): void {
    if (!this.labels.some(({ id }) => id === labelId)) return;
    this.activeLabelId = labelId;
    this.#activate(this.#firstOf(labelId));
  }

  nextLabel(): boolean {
    const index = this.labels.findIndex(({ id }) => id === this.activeLabelId);
    const next = this.labels[(index + 1) % this.labels.length];
    if (next) this.chooseLabel(next.id);
    return next !== undefined;
  }

  nextInstance(): boolean {
    const live = this.document?.live ?? [];
    const next = live[(this.document?.active ? live.indexOf(this.document.active) + 1 : 0) % live.length];
    if (next) this.#activate(next);
    return next !== undefined;
  }

  /** Previews a click here: only where it could be answered at once. */
  previewAt(x: number, y: number, positive: boolean): void {
    const { document } = this;
    const act = pointAct(x, y, positive);
    const instance = this.#existingTarget();
    const possible =
      this.previews &&
      document?.embedded && document.waiting === 0 && this.stroke === null && this.activeLabelId !== null;
    if (!possible || !act || !within(document.frame, x, y) || (!positive && !instance)) this.hover.hide();
    else this.hover.show(document.question(instance, act));
  }

  /** What the preview would make of the frame; null without one. */
  get previewMask(): Mask | null {
    return this.hover.mask?.mask ?? null;
  }

  #newDocument(frame: EditedFrame, masks: readonly MaskInstance[]): FrameDocument {
    const document = new FrameDocument(frame, masks, this.#context);
    document.changed.on(() => {
      if (document !== this.document && document.idle) this.#forgetIdle();
      this.changed.emit(undefined);
    });
    document.pixelsChanged.on((news) => {
      if (document === this.document) this.pixelsChanged.emit(news);
    });
    return document;
  }

  #forgetIdle(): void {
    for (const [key, document] of this.#documents) {
      const needed = document === this.document || !document.idle || document.canUndo || document.canRedo;
      if (!needed) this.#documents.delete(key);
    }
  }

  #changeStates(
    states: ReadonlyMap<Instance, MaskState>,
    tool: 'review' | 'delete',
    active: Instance | null,
    review: ReviewState | null,
  ): boolean {
    this.endStroke();
    return this.document?.do({ kind: 'local', perform: stateChange(states, tool), review }, active) ?? false;
  }

  /** The instance that prompts and strokes change: the active one, the label's only one, or one to be made. */
  #target(): Instance | null {
    const { document, activeLabelId } = this;
    if (document === null) return null;
    if (activeLabelId === null) {
      this.refused.emit('no-label');
      return null;
    }
    return this.#existingTarget() ?? document.newInstance(activeLabelId);
  }

  #existingTarget(): Instance | null {
    const active = this.document?.active ?? null;
    if (active && active.labelId === this.activeLabelId && isLive(active.shown)) return active;
    const { activeLabelId } = this;
    return activeLabelId !== null && this.#holdsOne(activeLabelId) ? this.#firstOf(activeLabelId) : null;
  }

  #firstOf(labelId: number | null): Instance | null {
    return this.document?.live.find((instance) => instance.labelId === labelId) ?? null;
  }

  #byKey(key: number): Instance | null {
    return this.document?.live.find((instance) => instance.key === key) ?? null;
  }

  #activate(instance: Instance | null): void {
    if (!this.document) return;
    this.document.active = instance;
    if (instance) this.activeLabelId = instance.labelId;
    this.hover.hide();
    this.changed.emit(undefined);
  }

  #holdsOne(labelId: number): boolean {
    return this.labels.find(({ id }) => id === labelId)?.instances === 'single';
  }

  #refuse(reason: Refusal): false {
    this.refused.emit(reason);
    return false;
  }
}

const keyOf = (frameId: number, frameSha256: string): string => `${frameId} ${frameSha256}`;

const within = ({ widthPx, heightPx }: EditedFrame, x: number, y: number): boolean =>
  x >= 0 && y >= 0 && x < widthPx && y < heightPx;

/** Hundredths of a pixel are more than a pointer can tell, and short to store. */
function pointAct(x: number, y: number, positive: boolean): Asked | null {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return null;
  const point = { x: Math.round(x * 100) / 100, y: Math.round(y * 100) / 100, positive };
  return { promptAfter: (before) => ({ ...before, points: [...before.points, point] }), refines: true, head: null };
}
