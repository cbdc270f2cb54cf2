/**
 * The editor: every act the user can do to the masks of the frame on screen, and what main and the prompt worker tell.
 * Speaks image pixels only. Not the screen (`canvas/`), not tools (`canvas/tools/`), no Vue: `stores/editor.ts` makes it
 * reactive.
 */
import type { MaskInstance, Measurement, PromptBox, PromptPoint, ReviewState } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { boundingBox, type Mask } from '../../shared/mask';
import { clearedPrompt, polygonChange } from './acts';
import type { BrushMode } from './brush';
import { brushLimit, FREE_BRUSH, type BrushRules } from './brush-limit';
import { Decoder } from './decoder';
import { emitter } from './emitter';
import type { Asked, FrameDocument } from './frame-document';
import { HoverPreview } from './hover-preview';
import type { Instance } from './instance';
import { LiveStroke } from './live-stroke';
import { OpenDocuments } from './open-documents';
import type { EditedFrame, EditorPorts } from './ports';
import { ReviewActs } from './review-acts';
import { pointsOfStroke, promptPoints } from './scribble';
import { Selection, type Lock } from './selection';
import { covers } from './snapshot';
import { Vertices } from './vertices';
import { WholeMask } from './whole-mask';

/** Refusals of a team's server; there a conflict is with somebody else's work. */
const FINAL: readonly ErrorCode[] = [
  'frame-leased',
  'not-permitted',
  'revision-conflict',
  'server-unreachable',
  'login-refused',
  'certificate-refused',
];

export class Editor {
  /** Something other than pixels changed: acts, selection, saving. */
  readonly changed = emitter<undefined>();
  readonly selection: Selection;
  readonly documents: OpenDocuments;
  readonly hover: HoverPreview;
  readonly whole: WholeMask;
  readonly vertices: Vertices;
  readonly reviewing: ReviewActs;
  /** Edits of the frame were refused by a team's server and are gone: it is to be read anew. */
  readonly gaveUp = emitter<{ readonly frameId: number; readonly code: ErrorCode }>();
  /** Others work on the project, too. */
  shared = false;
  #lock: Lock | null = null;
  /** Whether hovering previews. */
  previews = true;
  /** Where brush and eraser may paint. */
  brushRules: BrushRules = FREE_BRUSH;
  /** Stored samples of the frame on screen, for a brush that is limited to a range of them. */
  grey: GrayImage | null = null;
  /** The stroke under way. */
  stroke: LiveStroke | null = null;
  readonly #decoder: Decoder;

  constructor(ports: EditorPorts) {
    this.#decoder = new Decoder(ports);
    this.hover = new HoverPreview(this.#decoder);
    this.selection = new Selection(() => this.document);
    this.whole = new WholeMask(this);
    this.vertices = new Vertices(this);
    this.reviewing = new ReviewActs(this);
    this.documents = new OpenDocuments({
      ports,
      decoder: this.#decoder,
      holdsOne: (labelId) => this.selection.holdsOne(labelId),
      mayAct: () => this.#mayAct(),
      givesUp: (code) => this.shared && FINAL.includes(code),
      gaveUp: (document, code) => {
        if (document === this.document) this.cancelStroke();
        this.documents.drop(document);
        this.gaveUp.emit({ frameId: document.frame.id, code });
      },
      readyAnswer: (question) => this.hover.answerTo(question),
    });
    this.documents.changed.on(() => this.changed.emit(undefined));
    this.selection.changed.on(() => {
      this.hover.hide();
      this.changed.emit(undefined);
    });
  }

  /** On screen; null where there is none. */
  get document(): FrameDocument | null {
    return this.documents.current;
  }

  /** Why nothing may be changed now; a stroke under way is taken back. */
  set lock(lock: Lock | null) {
    if (lock !== null) this.cancelStroke();
    this.#lock = lock;
    this.changed.emit(undefined);
  }

  // What comes from outside ----------------------------------------------------------------------------------------

  /** Shows a frame. The one before goes on saving, and waiting for its masks, by itself. */
  open(frame: EditedFrame, masks: readonly MaskInstance[]): void {
    this.close();
    this.documents.open(frame, masks).active = null;
    this.selection.settleOnFrame();
  }

  /** Shows nothing. A stroke under way is kept. */
  close(): void {
    this.endStroke();
    this.hover.hide();
    this.documents.close();
    this.changed.emit(undefined);
  }

  /** Another project: nothing of the one before is shown, asked or saved any more. Wait for its saves first. */
  forget(): void {
    this.close();
    this.documents.forget();
    this.selection.setLabels([]);
  }

  /** The model in use; null while there is none. */
  setModel(modelId: string | null): void {
    if (this.#decoder.modelId === modelId) return;
    this.#decoder.modelId = modelId;
    this.hover.hide();
    // What waits for a model can be asked now; a worker without the right embedding says so.
    for (const document of this.documents.all) document.setEmbedded(document.embedded);
  }

  /** The prompt worker holds this frame's embedding now. */
  embeddingReady(frameId: number, frameSha256: string): void {
    this.documents.of(frameId, frameSha256)?.setEmbedded(true);
  }

  /** The encoder failed on this frame, and why. */
  embeddingFailed(frameId: number, why: ErrorCode): void {
    for (const document of this.documents.all) if (document.frame.id === frameId) document.embeddingFailed(why);
  }

  /** The prompt worker was restarted: it holds nothing. */
  embeddingsLost(): void {
    this.hover.hide();
    for (const document of this.documents.all) document.setEmbedded(false);
  }

  /** Masks as they are stored now: proposed by a head, or read again. */
  receive(frameId: number, frameSha256: string, masks: readonly MaskInstance[]): void {
    const document = this.documents.of(frameId, frameSha256);
    document?.receive(masks);
    if (document && document === this.document) this.selection.settleOnFrame();
  }

  /** The stored review of a frame changed; the user's own acts that are not stored yet go first. */
  reviewStored(frameId: number, review: ReviewState): void {
    const { document } = this;
    if (document?.frame.id !== frameId || !document.idle || document.review === review) return;
    document.review = review;
    this.changed.emit(undefined);
  }

  /** What is stored of a frame's measurements, by whomever; the user's own that are not stored yet go first. */
  measurementsStored(frameId: number, measurements: readonly Measurement[]): void {
    const { document } = this;
    if (document?.frame.id !== frameId || !document.idle) return;
    document.measurements = measurements;
    this.changed.emit(undefined);
  }

  // Acts: each answers whether it changed anything ------------------------------------------------------------------

  /** A point prompt on the active instance; it makes one where there is none. */
  click(x: number, y: number, positive: boolean): boolean {
    return this.document !== null && this.#points(promptPoints([{ x, y }], positive, this.document.frame));
  }

  /** A stroke as point prompts along it, one act. @param path `[x0, y0, x1, y1, ...]` in image pixels, at least one */
  scribble(path: readonly number[], positive: boolean): boolean {
    return this.document !== null && this.#points(pointsOfStroke(path, positive, this.document.frame));
  }

  /** A box prompt: the mask is drawn afresh from the box and the points there are. */
  setBox(box: PromptBox): boolean {
    const asked: Asked = { promptAfter: (before) => ({ ...before, box }), refines: false, head: null };
    return this.#prompt(this.selection.target(), asked);
  }

  /** The active label's head draws anew, without prompts. */
  propose(): boolean {
    const instance = this.selection.target();
    if (instance === null) return false;
    const head = this.selection.label?.head ?? null;
    if (head === null) return this.selection.refuse('no-head');
    return this.#prompt(instance, { promptAfter: () => ({ points: [] }), refines: false, head });
  }

  /**
   * The chosen mask, however it came about, is drawn anew: its pixels, as logits, and the box around them are the prompt,
   * in place of the points it had. Clicks after it go on from there.
   */
  refine(): boolean {
    const instance = this.selection.existingTarget();
    const around = instance && boundingBox(instance.pixels);
    if (!around) return this.selection.refuse('needs-mask');
    const [x0, y0, widthPx, heightPx] = around;
    const box = { x0, y0, x1: x0 + widthPx, y1: y0 + heightPx };
    return this.#prompt(instance, { promptAfter: () => ({ points: [], box }), refines: true, head: null });
  }

  get canRefine(): boolean {
    return this.#decoder.modelId !== null && this.selection.existingTarget() !== null;
  }

  get canPropose(): boolean {
    return this.document !== null && this.#decoder.modelId !== null && (this.selection.label?.head ?? null) !== null;
  }

  /** Begins a stroke at a place; `stroke` goes on with it. The eraser needs something to erase. */
  beginStroke(mode: BrushMode, radiusPx: number, x: number, y: number, pressure = 1): boolean {
    const instance = this.selection.target();
    if (this.document === null || instance === null || !this.#mayAct()) return false;
    if (mode === 'eraser' && instance.shown === null) return this.selection.refuse('needs-mask');
    const limit = brushLimit(this.brushRules, this.document.live, instance.labelId, this.grey);
    if (limit === 'nowhere') return this.selection.refuse('nowhere');
    this.hover.hide();
    this.stroke = new LiveStroke(this.document, instance, mode, radiusPx, limit);
    this.stroke.extend(x, y, pressure);
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
    const instance = this.selection.target();
    if (document === null || instance === null || vertices.length < 6) return false;
    if (mode === 'remove' && instance.shown === null) return this.selection.refuse('needs-mask');
    const perform = polygonChange(instance, vertices, mode, document.frame);
    return document.do({ kind: 'local', perform, review: null }, instance);
  }

  /** Points and box of the active instance are forgotten; its pixels stay. */
  clearPrompts(): boolean {
    const { document } = this;
    const instance = document?.active;
    if (!document || !instance) return false;
    return document.do({ kind: 'local', perform: clearedPrompt(instance), review: null }, instance);
  }

  get hasPrompts(): boolean {
    const prompt = this.document?.active?.shown?.prompt;
    return prompt !== undefined && (prompt.points.length > 0 || prompt.box !== undefined);
  }

  /** All that is measured by hand on the frame from now on. */
  setMeasurements(measurements: readonly Measurement[]): boolean {
    const { document } = this;
    if (document === null) return false;
    const measured = { before: document.measurements, after: measurements };
    return document.do({ kind: 'local', perform: () => [], review: null, measured }, document.active);
  }

  undo(): boolean {
    this.hover.hide();
    return this.cancelStroke() || (this.document?.undo() ?? false);
  }

  redo(): boolean {
    this.hover.hide();
    return this.document?.redo() ?? false;
  }

  // Not an act --------------------------------------------------------------------------------------------------------

  /** Previews a click here: only where it could be answered at once. */
  previewAt(x: number, y: number, positive: boolean): void {
    const { document, previews, stroke, selection } = this;
    const instance = selection.existingTarget();
    const idle = previews && stroke === null && selection.label !== null && document?.waiting === 0;
    const meaningful = positive || instance !== null;
    if (!document?.embedded || !idle || !meaningful || !covers(document.frame, x, y)) {
      this.hover.hide();
      return;
    }
    const question = (sign: boolean) =>
      document.question(instance, pointsAsked(promptPoints([{ x, y }], sign, document.frame)));
    // Where there is no mask yet, only adding means something.
    this.hover.show(question(positive), instance && question(!positive));
  }

  /** What the preview would make of the frame; null without one. */
  get previewMask(): Mask | null {
    return this.hover.mask?.mask ?? null;
  }

  #mayAct(): boolean {
    return this.#lock === null || this.selection.refuse(this.#lock);
  }

  /** All of one sign; none does nothing. */
  #points(points: readonly PromptPoint[]): boolean {
    const [first] = points;
    const instance = first ? this.selection.target() : null;
    if (!first || instance === null) return false;
    if (!first.positive && instance.shown === null) return this.selection.refuse('needs-mask');
    const done = this.#prompt(instance, pointsAsked(points));
    this.hover.hide();
    return done;
  }

  #prompt(instance: Instance | null, asked: Asked): boolean {
    if (this.document === null || instance === null) return false;
    return this.document.do({ kind: 'prompt', instance, ...asked }, instance);
  }
}

function pointsAsked(points: readonly PromptPoint[]): Asked {
  return { promptAfter: (before) => ({ ...before, points: [...before.points, ...points] }), refines: true, head: null };
}
