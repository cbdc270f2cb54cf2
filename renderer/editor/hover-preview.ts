/**
 * What a click at the pointer would give. At most one question is under way, the newest waits, those between are never
 * asked. Where the pointer rests, the answer to the other button's click is made ready too, without being shown. Nothing
 * of it is ever saved, but a click on exactly the point that was asked about takes the answer.
 */
import { sameQuestion, type DecodedMask, type Decoder, type NoMask, type Question } from './decoder';
import { emitter } from './emitter';

interface Answered {
  readonly question: Question;
  readonly answer: DecodedMask;
}

interface Asked {
  readonly question: Question;
  readonly answer: Promise<DecodedMask | NoMask>;
  readonly abort: AbortController;
  /** A click waits for it. */
  kept: boolean;
}

export class HoverPreview {
  readonly changed = emitter<undefined>();
  #shown: Answered | null = null;
  /** What the other button's click would give at the same place. */
  #spare: Answered | null = null;
  #asked: Asked | null = null;
  /** What is asked where the pointer is now; what is shown may still be of where it was. */
  #here: Question | null = null;
  /** Not asked yet, in this order. */
  #wanted: readonly Question[] = [];

  constructor(private readonly decoder: Decoder) {}

  /** The newest preview; null where the pointer is elsewhere. */
  get mask(): DecodedMask | null {
    return this.#shown?.answer ?? null;
  }

  /** @param other what the other button would ask there; null where that means nothing */
  show(question: Question, other: Question | null = null): void {
    const known = this.#answered(question);
    this.#spare = other && this.#answered(other);
    this.#here = question;
    this.#wanted = other ? [question, other] : [question];
    if (known) this.#set(known);
    // After a click the mask before is another: a preview made on the old one would mislead.
    else if (this.#shown && this.#shown.question.refines !== question.refines) this.#set(null);
    void this.#run();
  }

  hide(): void {
    this.#here = this.#spare = null;
    this.#wanted = [];
    if (this.#asked && !this.#asked.kept) this.#asked.abort.abort();
    this.#set(null);
  }

  /** For a click: the answer that is there or on its way; null if this was not asked. It resolves to null if none came. */
  answerTo(question: Question): Promise<DecodedMask | null> | null {
    const answered = this.#answered(question);
    if (answered) return Promise.resolve(answered.answer);
    if (!this.#asked || this.#asked.abort.signal.aborted || !sameQuestion(this.#asked.question, question)) return null;
    this.#asked.kept = true;
    return this.#asked.answer.then(
      (answer) => (typeof answer === 'object' ? answer : null),
      () => null,
    );
  }

  #answered(question: Question): Answered | null {
    return [this.#shown, this.#spare].find((known) => known && sameQuestion(known.question, question)) ?? null;
  }

  async #run(): Promise<void> {
    while (!this.#asked) {
      this.#wanted = this.#wanted.filter((question) => !this.#answered(question));
      const [question] = this.#wanted;
      if (!question) return;
      this.#wanted = this.#wanted.slice(1);
      const toBeShown = question === this.#here;
      const abort = new AbortController();
      const answer = this.decoder.ask(question, { preview: true, signal: abort.signal });
      const asked: Asked = { question, answer, abort, kept: false };
      this.#asked = asked;
      // A preview that fails is simply not shown; a click there says why.
      const mask = await answer.catch(() => null);
      this.#asked = null;
      if (mask === null || typeof mask !== 'object' || abort.signal.aborted || asked.kept) continue;
      this.#take({ question, answer: mask }, toBeShown);
    }
  }

  /** While the pointer moves, the answer of where it was is shown until there is one of where it is. */
  #take(answered: Answered, toBeShown: boolean): void {
    const isHere = (question: Question): boolean => this.#here !== null && sameQuestion(this.#here, question);
    const hereShown = this.#shown !== null && isHere(this.#shown.question);
    if (isHere(answered.question) || (toBeShown && !hereShown)) this.#set(answered);
    else this.#spare = answered;
  }

  #set(shown: Answered | null): void {
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.changed.emit(undefined);
  }
}
