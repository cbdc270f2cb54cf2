/**
 * The masks that clicks on one frame wait for: the decoder is asked for one at a time, since each refines the one before.
 * What a mask changes on the frame is its document's matter (frame-document.ts).
 */
import { isAppError, type ErrorCode } from '../../shared/errors';
import { areaPx, type Mask } from '../../shared/mask';
import type { Asked, PromptAct } from './acts';
import type { DecodedMask, Decoder, Logits, Question } from './decoder';
import type { EditedFrame, EditorPorts } from './ports';
import { snapshotOf, touchedState, type Snapshot } from './snapshot';

/** Whom to ask. */
export interface AnswerSources {
  readonly ports: Pick<EditorPorts, 'wantEmbedding'>;
  readonly decoder: Decoder;
  /** The answer to a question that the hover preview has asked already, or null. */
  readyAnswer(question: Question): Promise<DecodedMask | null> | null;
}

/** Why there will be no mask. */
export type NoAnswer = ErrorCode | 'nothing-found';

/** The document that waits. */
export interface Asker {
  /** The first click without a mask, where nothing before it waits; null where none does. */
  firstWaiting(): PromptAct | null;
  take(act: PromptAct, after: Snapshot, pixels: Mask): void;
  giveUp(act: PromptAct, why: NoAnswer): void;
  embeddedChanged(): void;
}

/** A worker that answers for other frames or models this often is not asked again for this click. */
const MAX_FOREIGN_ANSWERS = 3;

export class Answers {
  #embedded = false;
  /** The encoder failed on this frame; the next click has it tried again. */
  #unencoded = false;
  /** Why no click is answered; null where they are. */
  #problem: ErrorCode | null = null;
  #asked: { act: PromptAct; abort: AbortController } | null = null;
  /** Beside the snapshots they made: a further click refines them better than pixels. */
  #logits = new WeakMap<Snapshot, Logits>();

  constructor(
    private readonly frame: EditedFrame,
    private readonly sources: AnswerSources,
    private readonly asker: Asker,
  ) {}

  /** True when the decoder can be asked about this frame. */
  get embedded(): boolean {
    return this.#embedded;
  }

  setEmbedded(embedded: boolean): void {
    this.#embedded = embedded;
    this.asker.embeddedChanged();
    void this.next();
  }

  /** Why no click is answered, now or later: those that wait are given up. Null where clicks are answered. */
  setModelProblem(problem: ErrorCode | null): void {
    this.#problem = problem;
    if (problem !== null) this.#asked?.abort.abort();
    void this.next();
  }

  /** The frame could not be encoded, and why: clicks that wait for it are given up. */
  embeddingFailed(why: ErrorCode): void {
    // What came after that failed, a proposal, keeps no click from its mask.
    if (this.#embedded) return;
    this.#unencoded = true;
    this.giveUp(why);
  }

  /** Clicks that wait now get no mask; later ones are asked about as ever. */
  giveUp(why: ErrorCode): void {
    this.#asked?.abort.abort();
    const problem = this.#problem;
    // None is asked about while others are given up.
    this.#problem = why;
    for (let act = this.asker.firstWaiting(); act !== null; act = this.asker.firstWaiting()) {
      this.asker.giveUp(act, why);
    }
    this.#problem = problem;
  }

  /** What an act asks on top of a state. */
  question(before: Snapshot | null, act: Asked): Question {
    const { sha256, widthPx, heightPx } = this.frame;
    const held = before?.prompt ?? { points: [] };
    const prompt = act.promptAfter(held);
    const fresh = Math.max(1, prompt.points.length - held.points.length);
    const refines = act.refines ? before : null;
    const logits = (refines && this.#logits.get(refines)) ?? null;
    return { frameSha256: sha256, widthPx, heightPx, prompt, fresh, refines, logits, head: act.head };
  }

  /** Asks for the mask of the first click that has none, unless one is asked for already. */
  async next(): Promise<void> {
    const act = this.asker.firstWaiting();
    if (act === null || this.#asked) return;
    if (this.#problem !== null) this.asker.giveUp(act, this.#problem);
    else if (this.#embedded && this.sources.decoder.modelId !== null) await this.#ask(act);
    else if (this.#unencoded) {
      this.#unencoded = false;
      this.sources.ports.wantEmbedding(this.frame.id);
    }
  }

  async #ask(act: PromptAct): Promise<void> {
    const abort = new AbortController();
    this.#asked = { act, abort };
    const answer = await this.#answer(this.question(act.instance.settled, act), abort.signal);
    this.#asked = null;
    // Undone meanwhile, perhaps done again: then it is asked anew.
    if (abort.signal.aborted) void this.next();
    else if (answer === 'not-ready') {
      this.#embedded = false;
      this.sources.ports.wantEmbedding(this.frame.id);
      this.asker.embeddedChanged();
    } else if (typeof answer === 'string') this.asker.giveUp(act, answer);
    else if (act.head !== null && areaPx(answer.mask) === 0) this.asker.giveUp(act, 'nothing-found');
    else this.asker.take(act, this.#snapshotOf(act, answer), answer.mask);
  }

  /** The act was undone. */
  abandon(act: PromptAct): void {
    if (this.#asked?.act === act) this.#asked.abort.abort();
  }

  /** Another frame is on screen: frees the logits. */
  park(): void {
    this.#logits = new WeakMap();
  }

  async #answer(question: Question, signal: AbortSignal): Promise<DecodedMask | ErrorCode | 'not-ready'> {
    const { decoder, readyAnswer } = this.sources;
    try {
      for (let attempt = 0; attempt < MAX_FOREIGN_ANSWERS; attempt++) {
        const ready = readyAnswer(question);
        const answer = (ready && (await ready)) ?? (await decoder.ask(question, { preview: false, signal }));
        if (typeof answer === 'object') return answer;
        if (answer === 'not-ready' || answer === 'other-model') return 'not-ready';
      }
      return 'internal';
    } catch (error) {
      const code = isAppError(error) ? error.code : 'internal';
      return code === 'worker-died' ? 'not-ready' : code;
    }
  }

  #snapshotOf(act: PromptAct, { mask, logits, quality, modelId, headVersion }: DecodedMask): Snapshot {
    const before = act.instance.settled;
    const prompt = act.promptAfter(before?.prompt ?? { points: [] });
    const drawn = { state: touchedState(before), origin: { tool: 'prompt', modelId } } as const;
    const head = headVersion === null ? {} : { headVersion };
    const proposed = { state: 'proposed', origin: { tool: 'proposal', modelId, ...head } } as const;
    const after = snapshotOf(mask, { quality, prompt, ...(act.head === null ? drawn : proposed) });
    this.#logits.set(after, logits);
    return after;
  }
}
