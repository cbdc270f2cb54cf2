/** How unsure the heads in use are of what they proposed on each frame, kept up with the project's database. */
import type { FrameId, LabelId } from '../../shared/domain';
import type { FrameScore, HeadInUse, ProjectStore } from '../project';
import { uncertainty } from './ranking';

export class Doubts {
  #lastId = 0;
  readonly #ofLabel: ReadonlyMap<LabelId, { readonly head: string; readonly doubts: Map<FrameId, number> }>;

  /** @param heads those in use; what others have proposed counts for nothing */
  constructor(
    private readonly store: ProjectStore,
    private readonly modelId: string,
    heads: readonly HeadInUse[],
  ) {
    this.#ofLabel = new Map(heads.map(({ labelId, head }) => [labelId, { head, doubts: new Map<FrameId, number>() }]));
  }

  /** Reads what is new, page after page; others get their turn in between. */
  async refresh(): Promise<void> {
    for (;;) {
      const { rows, lastId } = await this.store.scores.after(this.#lastId, this.modelId);
      if (rows.length === 0) return;
      this.#lastId = lastId;
      for (const score of rows) this.#take(score);
    }
  }

  /** On which heads in use have proposed. */
  frames(): FrameId[] {
    return [...new Set([...this.#ofLabel.values()].flatMap(({ doubts }) => [...doubts.keys()]))];
  }

  /** Of the label that is least sure; undefined where no head in use has proposed. */
  of(frameId: FrameId): number | undefined {
    let most: number | undefined;
    for (const { doubts } of this.#ofLabel.values()) {
      const doubt = doubts.get(frameId);
      if (doubt !== undefined && (most === undefined || doubt > most)) most = doubt;
    }
    return most;
  }

  #take(score: FrameScore): void {
    const known = this.#ofLabel.get(score.labelId);
    if (score.head === known?.head) known.doubts.set(score.frameId, uncertainty(score));
    else known?.doubts.delete(score.frameId);
  }
}
