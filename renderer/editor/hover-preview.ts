/**
 * What a click at the pointer would give. At most one question is under way, the newest waits, those between are never
 * asked. Nothing of it is ever saved, but a click on exactly the point that was asked about takes the answer.
 */
import { sameQuestion, type DecodedMask, type Decoder, type NoMask, type Question } from './decoder';
import { emitter } from './emitter';

export class HoverPreview {
  readonly changed = emitter<undefined>();
  #shown: { question: Question; answer: DecodedMask } | null = null;
  #asked: { question: Question; answer: Promise<DecodedMask | NoMask>; abort: AbortController; kept: boolean } | null =
    null;
  #wanted: Question | null = null;

  constructor(private readonly decoder: Decoder) {}

  /** The newest preview; null where the pointer is elsewhere. */
  get mask(): DecodedMask | null {
    return this.#shown?.answer ?? null;
  }

  show(question: Question): void {
    // After a click the mask before is another: a preview made on the old one would mislead.
    if (this.#shown && this.#shown.question.refines !== question.refines) this.#set(null);
    if (this.#shown && sameQuestion(this.#shown.question, question)) this.#wanted = null;
    else this.#wanted = question;
    void this.#run();
  }

  hide(): void {
    this.#wanted = null;
    if (this.#asked && !this.#asked.kept) this.#asked.abort.abort();
    if (this.#shown) this.#set(null);
  }

  /** For a click: the answer that is there or on its way; null if this was not asked. It resolves to null if none came. */
  answerTo(question: Question): Promise<DecodedMask | null> | null {
    if (this.#shown && sameQuestion(this.#shown.question, question)) return Promise.resolve(this.#shown.answer);
    if (!this.#asked || this.#asked.abort.signal.aborted || !sameQuestion(this.#asked.question, question)) return null;
    this.#asked.kept = true;
    return this.#asked.answer.then(
      (answer) => (typeof answer === 'object' ? answer : null),
      () => null,
    );
  }

  async #run(): Promise<void> {
    while (this.#wanted && !this.#asked) {
      const question = this.#wanted;
      this.#wanted = null;
      const abort = new AbortController();
      const answer = this.decoder.ask(question, { preview: true, signal: abort.signal });
      this.#asked = { question, answer, abort, kept: false };
      // A preview that fails is simply not shown; a click there says why.
      const mask = await answer.catch(() => null);
      const { kept } = this.#asked;
      this.#asked = null;
      if (mask !== null && typeof mask === 'object' && !abort.signal.aborted && !kept)
        this.#set({ question, answer: mask });
    }
  }

  #set(shown: { question: Question; answer: DecodedMask } | null): void {
    this.#shown = shown;
    this.changed.emit(undefined);
  }
}
