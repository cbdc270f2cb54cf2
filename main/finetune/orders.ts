/**
 * Which frame is to be corrected next, by the order in use. Lives as long as the project is open, and keeps up with what
 * its database says of frames; how they rank is `ranking.ts`.
 */
import { setTimeout } from 'node:timers/promises';
import type { FrameFilter, FrameId, FrameOrder } from '../../shared/domain';
import type { LabelHeads } from '../inference';
import type { ProjectStore } from '../project';
import { Doubts } from './doubts';
import { Novelty } from './novelty';
import { isControl } from './ranking';

/** A frame, and why it is this one: where an order knows nothing of any frame, the list decides. */
export interface NextFrame {
  readonly frameId: FrameId;
  readonly why: FrameOrder | 'control';
}

export interface OrdersParts {
  readonly store: ProjectStore;
  readonly labels: LabelHeads;
  /** In use; undefined while there is none. */
  model(): { readonly id: string; readonly encoderId: string } | undefined;
  /** An order asks how unsure heads are: what takes long to find out is worth its while. */
  onDoubtsWanted(): void;
}

/** Orders that go by what is known of the frames. */
type RankingOrder = Exclude<FrameOrder, 'file' | 'random'>;

interface Knowledge {
  /** The model and heads in use. */
  readonly key: string;
  readonly encoderId: string;
  readonly doubts: Doubts;
  readonly novelty: Novelty;
}

/** Frames that nobody has accepted or rejected. */
const UNREVIEWED: FrameFilter = { states: ['unopened', 'proposed', 'corrected'] };
/** Frames that nobody has worked on. */
const UNTOUCHED: FrameFilter = { states: ['unopened', 'proposed'] };
/** The first look at a large project takes longer: the user is led by what is known by then. */
const PATIENCE_MS = 30;

export class Orders {
  #knowledge: Knowledge | undefined;
  #refreshing: { readonly of: Knowledge; readonly done: Promise<void> } | undefined;
  /** On screen when the next one was asked for: passed over until all have been. */
  readonly #shown = new Set<FrameId>();

  constructor(private readonly parts: OrdersParts) {}

  /**
   * @param after the frame on screen; null: none
   * @param chance a number in [0, 1)
   * @returns null where no other frame is left
   */
  async next(order: FrameOrder, after: FrameId | null, chance: () => number = Math.random): Promise<NextFrame | null> {
    const { store } = this.parts;
    if (after !== null) this.#shown.add(after);
    if (order === 'file') return inFileOrder(store, after);
    if (order === 'random') return atRandom(store, UNREVIEWED, after, 'random', chance);
    const control = isControl(chance()) ? await atRandom(store, UNTOUCHED, after, 'control', chance) : null;
    return control ?? (await this.#ranked(order, after)) ?? inFileOrder(store, after);
  }

  /** Reads what an order will need, so that the first frame asked for comes as fast as any. */
  async prepare(order: FrameOrder): Promise<void> {
    if (order === 'file' || order === 'random') return;
    if (order !== 'different') this.parts.onDoubtsWanted();
    const knowledge = await this.#current();
    if (knowledge) await this.#refreshed(knowledge);
  }

  async #ranked(order: RankingOrder, after: FrameId | null): Promise<NextFrame | null> {
    const knowledge = await this.#current();
    if (!knowledge) return null;
    if (order !== 'different') this.parts.onDoubtsWanted();
    const refreshing = this.#refreshed(knowledge);
    await Promise.race([refreshing, setTimeout(PATIENCE_MS)]);
    let best = await this.#best(order, knowledge, after);
    if (best === null) {
      // Perhaps nothing was known by then.
      await refreshing;
      best = await this.#best(order, knowledge, after);
    }
    if (best !== null) return { frameId: best, why: order };
    // Heads have proposed nowhere yet: what frames look like is known all the same.
    return order === 'mix' ? this.#ranked('different', after) : null;
  }

  /** The one of the highest value that was not on screen yet; where all were, of all. */
  async #best(order: RankingOrder, knowledge: Knowledge, after: FrameId | null): Promise<FrameId | null> {
    const { scores } = this.parts.store;
    const { frames, valueOf } = rankingOf(order, knowledge);
    const passed = new Set(await scores.workedOn());
    if (after !== null) passed.add(after);
    for (;;) {
      const best = highest(frames, valueOf, [passed, this.#shown]) ?? highest(frames, valueOf, [passed]);
      if (best === null) return null;
      if (this.#shown.has(best)) this.#shown.clear();
      // Its file may have changed since it was scored.
      if (await scores.isUntouched(best)) return best;
      passed.add(best);
    }
  }

  /** Of the model and heads in use now: scores of others count for nothing. */
  async #current(): Promise<Knowledge | undefined> {
    const { store, labels } = this.parts;
    const model = this.parts.model();
    if (!model) return undefined;
    const heads = (await labels.list()).flatMap(({ id, head }) => (head ? [{ labelId: id, head: head.name }] : []));
    const { encoderId } = model;
    const key = JSON.stringify([model.id, heads]);
    const known = this.#knowledge;
    if (known?.key === key) return known;
    const novelty = known?.encoderId === encoderId ? known.novelty : new Novelty(store, encoderId);
    this.#knowledge = { key, encoderId, doubts: new Doubts(store, model.id, heads), novelty };
    return this.#knowledge;
  }

  /** One at a time: whoever comes meanwhile waits for the one under way. */
  #refreshed(knowledge: Knowledge): Promise<void> {
    if (this.#refreshing?.of === knowledge) return this.#refreshing.done;
    const refreshing = { of: knowledge, done: this.#refresh(knowledge) };
    this.#refreshing = refreshing;
    const ended = (): void => {
      if (this.#refreshing === refreshing) this.#refreshing = undefined;
    };
    refreshing.done.then(ended, ended);
    return refreshing.done;
  }

  async #refresh({ doubts, novelty }: Knowledge): Promise<void> {
    await doubts.refresh();
    await novelty.refresh(new Set([...(await this.parts.store.scores.workedOn()), ...this.#shown]));
  }
}

/** The higher the sooner; undefined: this order knows nothing of the frame. */
type Value = (frameId: FrameId) => number | undefined;

function rankingOf(order: RankingOrder, { doubts, novelty }: Knowledge): { frames: FrameId[]; valueOf: Value } {
  if (order === 'uncertain') return { frames: doubts.frames(), valueOf: (frameId) => doubts.of(frameId) };
  const distance = novelty.measure();
  if (order === 'different') return { frames: novelty.frames(), valueOf: distance };
  const weighed: Value = (frameId) => {
    const [doubt, far] = [doubts.of(frameId), distance(frameId)];
    return doubt === undefined || far === undefined ? undefined : doubt * far;
  };
  return { frames: novelty.frames(), valueOf: weighed };
}

/** Of equals the one with the lowest id; null where none has a value. */
function highest(frames: readonly FrameId[], valueOf: Value, without: readonly ReadonlySet<FrameId>[]): FrameId | null {
  let [best, most]: [FrameId | null, number] = [null, -Infinity];
  for (const frameId of frames) {
    const value = valueOf(frameId);
    if (value === undefined || without.some((set) => set.has(frameId))) continue;
    if (value > most || (value === most && best !== null && frameId < best)) [best, most] = [frameId, value];
  }
  return best;
}

/** From the frame on screen to the end of the list, then from its beginning. */
async function inFileOrder({ frames }: ProjectStore, after: FrameId | null): Promise<NextFrame | null> {
  const next = after === null ? null : await frames.neighbour(after, 'next', UNREVIEWED);
  const found = next ?? (await frames.list({ filter: UNREVIEWED, limit: 1, offset: 0 })).frames[0];
  return found && found.id !== after ? { frameId: found.id, why: 'file' } : null;
}

async function atRandom(
  { frames }: ProjectStore,
  filter: FrameFilter,
  after: FrameId | null,
  why: 'random' | 'control',
  chance: () => number,
): Promise<NextFrame | null> {
  const { total } = await frames.list({ filter, limit: 1, offset: 0 });
  const from = Math.floor(chance() * total);
  // The one on screen is among them, perhaps: then it is the one after it.
  for (const offset of [from, (from + 1) % Math.max(1, total)]) {
    const [found] = (await frames.list({ filter, limit: 1, offset })).frames;
    if (found && found.id !== after) return { frameId: found.id, why };
  }
  return null;
}
