/**
 * The frame on screen, and those that are not but have unsaved work, a click that waits, or something to undo. The rest
 * are forgotten, so that memory does not grow with the frames that were looked at.
 */
import type { MaskInstance } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import { emitter } from './emitter';
import { FrameDocument, type DocumentContext } from './frame-document';
import type { PixelNews } from './instance';
import type { EditedFrame } from './ports';

export interface Saving {
  /** Edits of all frames that are not on the disk yet. */
  readonly unsaved: number;
  /** Acts on screen that cannot be saved yet: a click that waits for the model, and what was done after it. */
  readonly unsettled: number;
  /** The first that failed and is tried again; null while all goes well. */
  readonly failure: { readonly frameId: number; readonly code: ErrorCode; readonly attempts: number } | null;
}

export class OpenDocuments {
  readonly changed = emitter<undefined>();
  /** Of the frame on screen. */
  readonly pixelsChanged = emitter<PixelNews>();
  #current: FrameDocument | null = null;
  readonly #all = new Map<string, FrameDocument>();
  /** Those of them with something on its way: few, while all may be a day's work and are asked at every act. */
  readonly #busy = new Set<FrameDocument>();
  #modelProblem: ErrorCode | null = null;

  constructor(private readonly context: DocumentContext) {}

  /** On screen. */
  get current(): FrameDocument | null {
    return this.#current;
  }

  get all(): readonly FrameDocument[] {
    return [...this.#all.values()];
  }

  /** A frame is the same only with the same pixels. */
  of(frameId: number, frameSha256: string): FrameDocument | undefined {
    return this.#all.get(keyOf(frameId, frameSha256));
  }

  /** There is no usable model, and why: clicks on any frame are given up. Null where there is one, or will be. */
  setModelProblem(problem: ErrorCode | null): void {
    this.#modelProblem = problem;
    for (const document of this.all) document.setModelProblem(problem);
  }

  /** Frames with a click that waits for its mask. */
  get awaited(): number[] {
    return [...this.#busy].filter(({ waiting }) => waiting > 0).map(({ frame }) => frame.id);
  }

  /** Clicks that wait, on any frame, get no mask, so that what was done after them is saved. */
  giveUpClicks(why: ErrorCode): void {
    for (const document of [...this.#busy]) document.giveUpClicks(why);
  }

  /** Brings a frame on screen. @param masks as they are stored now */
  open(frame: EditedFrame, masks: readonly MaskInstance[]): FrameDocument {
    const known = this.of(frame.id, frame.sha256);
    const document = known ?? this.#make(frame, masks);
    known?.receive(masks);
    this.#all.set(keyOf(frame.id, frame.sha256), document);
    this.#current = document;
    return document;
  }

  /** The frame on screen goes on saving, and waiting for its masks, by itself. */
  close(): void {
    const document = this.#current;
    this.#current = null;
    if (document) this.#tidy(document);
  }

  /** Another project: nothing more of the one before is asked or saved. */
  forget(): void {
    this.#current = null;
    for (const { saves } of this.all) saves.stop();
    this.#all.clear();
    this.#busy.clear();
  }

  /** What is stored of the frame is to be read anew. */
  drop(document: FrameDocument): void {
    document.saves.stop();
    if (document === this.#current) this.#current = null;
    this.#all.delete(keyOf(document.frame.id, document.frame.sha256));
    this.#busy.delete(document);
    this.changed.emit(undefined);
  }

  get saving(): Saving {
    let [unsaved, unsettled] = [0, 0];
    let failure: Saving['failure'] = null;
    for (const document of this.#busy) {
      const { saves, frame } = document;
      unsaved += saves.length;
      unsettled += document.unsettled;
      if (saves.failure) failure ??= { frameId: frame.id, code: saves.failure.code, attempts: saves.failure.attempts };
    }
    return { unsaved, unsettled, failure };
  }

  /** Tries failed saves again now. */
  retrySaves(): void {
    for (const { saves } of this.all) saves.retry();
  }

  #make(frame: EditedFrame, masks: readonly MaskInstance[]): FrameDocument {
    const document = new FrameDocument(frame, masks, this.context);
    document.setModelProblem(this.#modelProblem);
    document.changed.on(() => {
      // One that was dropped may still hear of its click.
      if (document.idle || this.of(frame.id, frame.sha256) !== document) this.#busy.delete(document);
      else this.#busy.add(document);
      if (document !== this.#current) this.#tidy(document);
      this.changed.emit(undefined);
    });
    document.pixelsChanged.on((news) => {
      if (document === this.#current) this.pixelsChanged.emit(news);
    });
    return document;
  }

  #tidy(document: FrameDocument): void {
    if (!document.idle) return;
    document.park();
    if (!document.canUndo && !document.canRedo) this.#all.delete(keyOf(document.frame.id, document.frame.sha256));
  }
}

const keyOf = (frameId: number, frameSha256: string): string => `${frameId} ${frameSha256}`;
