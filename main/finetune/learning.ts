/**
 * Learning in one open project: begins rounds, lets them go on after a crash, takes what comes of them, and has its version
 * propose where the gate lets it. Lives as long as the project is open. The training is the worker's (run-round.ts), the rows are the project's.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { takesOver, type LabelId, type Round, type RoundSettings } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { LabelLearning, LearningProgress } from '../../shared/ipc';
import { fitsModel, type Tell, type WorkerHost } from '../inference';
import { keepHeadFile } from './head-file';
import { placed, planRound, stateFolder, stateFolders, type UnplacedPlan } from './plan-round';
import { RoundOwner } from './round-owner';
import type { FinetuneApi, RoundProgress, RoundResult } from './round-plan';
import { labelIn, modelIn, Versions, type LearningProject } from './versions';
import { logError } from '../log';

export interface LearningParts extends LearningProject {
  /** The fine-tune worker; disposed by whoever made it. */
  readonly worker: WorkerHost<FinetuneApi>;
  readonly tell: Tell;
}

export interface StartOptions {
  /** At most so long. */
  readonly minutes?: number;
  /** Version to go on from; null: none, left out: the active one. */
  readonly fromHeadId?: number | null;
}

/** So many new corrections, and a round is offered. */
export const ENOUGH_FRESH = 10;
const DEFAULT_MINUTES = 10;
const SEED = 1;
/** Many saves in a row are told as one change. */
const CHANGED_DELAY_MS = 300;

interface Running {
  readonly round: Round;
  readonly controller: AbortController;
  /** Settled when nothing of the round is under way any more. */
  ended: Promise<void>;
  progress: RoundProgress;
}

/** A round's plan as the project keeps it, with the model it is for. */
interface KeptPlan {
  readonly encoderId: string;
  readonly decoderId: string;
  readonly plan: UnplacedPlan;
  /** On which it was begun, where others share the project. */
  readonly computer: string | null;
}

export class Learning {
  readonly versions: Versions;
  readonly #owner: RoundOwner;
  #running: Running | undefined;
  /** Of the round that ran last: a window that is loaded anew goes on with its curve. */
  #latest: LearningProgress | undefined;
  #closed = false;
  #changedTimer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: LearningParts) {
    this.versions = new Versions(parts, () => this.changed());
    this.#owner = new RoundOwner(parts.store);
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Takes up the round that a crash or the end of the program interrupted here; without a model it is paused. One that runs on
   * another computer is left alone. Which model there is must be known by then.
   */
  async open(): Promise<void> {
    const rounds = await this.parts.store.rounds.open();
    await this.#removeStates(rounds);
    const interrupted = rounds.find(({ state }) => state === 'running');
    if (!interrupted || this.#closed || (await this.#owner.isElsewhere(interrupted))) return;
    if (this.parts.model()) await this.#goOn(interrupted);
    else await this.parts.store.rounds.pause(interrupted.id);
  }

  /** Ends what is under way; it goes on when the project is opened again. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#changedTimer);
    const running = this.#running;
    running?.controller.abort();
    await running?.ended;
  }

  /** See `learning.labels`. */
  async labels(): Promise<LabelLearning[]> {
    const { store } = this.parts;
    const open = await store.rounds.open();
    const elsewhere = new Set<Round>();
    for (const each of open) if (await this.#owner.isElsewhere(each)) elsewhere.add(each);
    return (await store.lessons.counts()).map(({ labelId, usable, fresh }) => {
      const round = open.find((each) => each.labelId === labelId) ?? null;
      const progress = this.#latest && this.#latest.roundId === round?.id ? this.#latest : null;
      const offered = fresh >= ENOUGH_FRESH && round === null;
      return { labelId, usable, fresh, offered, round, progress, elsewhere: round !== null && elsewhere.has(round) };
    });
  }

  /**
   * Begins a round. @throws AppError `usage` where there is too little to learn from or a round is under way,
   * `model-invalid` without a model, `label-unknown`.
   */
  async start(labelId: LabelId, { minutes = DEFAULT_MINUTES, fromHeadId }: StartOptions = {}): Promise<Round> {
    const { store, labels, modelFolder, user } = this.parts;
    const manifest = modelIn(this.parts);
    const label = await labelIn(this.parts.store, labelId);
    const versions = await store.heads.ofLabel(labelId);
    const active = versions.find((head) => head.active && fitsModel(head, manifest));
    const settings: RoundSettings = {
      minutes,
      fromHeadId: fromHeadId === undefined ? (active?.id ?? null) : fromHeadId,
      seed: SEED,
    };
    const ownHead = (await labels.ownHead(label))?.name ?? null;
    const { plan, lastRevisionId } = await planRound({ store, modelFolder, manifest, ownHead }, label, settings);
    const { encoderId, decoderId } = manifest;
    const kept: KeptPlan = { encoderId, decoderId, plan, computer: await this.#owner.computer() };
    const round = await store.rounds.start(labelId, settings, kept, lastRevisionId, user());
    this.#run(round, plan);
    return round;
  }

  /** @throws AppError `usage` for a round that does not run here. */
  async pause(roundId: number): Promise<void> {
    await this.#owner.assertHere(await this.parts.store.rounds.get(roundId));
    await this.parts.store.rounds.pause(roundId);
    await this.#stop(roundId, 'paused');
  }

  /** @throws AppError `usage` for a round that is not paused here, or while another runs. */
  async resume(roundId: number): Promise<void> {
    modelIn(this.parts);
    await this.#owner.assertHere(await this.parts.store.rounds.get(roundId));
    await this.parts.store.rounds.resume(roundId);
    await this.#goOn(await this.parts.store.rounds.get(roundId));
  }

  /** @throws AppError `usage` for a round that does not run. */
  async finish(roundId: number): Promise<void> {
    if (this.#running?.round.id !== roundId) throw new AppError('usage', `round ${roundId}`, 'it does not run');
    await this.parts.worker.request('finish', undefined);
  }

  /** Also one that runs elsewhere: its computer may be gone for good. @throws AppError `usage` for one that has ended. */
  async cancel(roundId: number): Promise<void> {
    await this.parts.store.rounds.cancel(roundId, this.parts.user());
    await this.#stop(roundId, 'cancelled');
    await this.#removeState(roundId);
    await this.#tellEnded(await this.parts.store.rounds.get(roundId), false);
  }

  /** What can be learned from may have changed: the interface is told soon. */
  changed(): void {
    if (this.#closed) return;
    this.#changedTimer ??= setTimeout(() => {
      this.#changedTimer = undefined;
      void this.#tellChanged().catch((error: unknown) => this.#quietly(error));
    }, CHANGED_DELAY_MS);
  }

  /** Resolved when no round runs any more. */
  async settled(): Promise<void> {
    await this.#running?.ended;
  }

  async #goOn(round: Round): Promise<void> {
    const { store } = this.parts;
    // Written by `start`.
    const { encoderId, decoderId, plan } = (await store.rounds.plan(round.id)) as KeptPlan;
    const manifest = modelIn(this.parts);
    if (manifest.encoderId === encoderId && manifest.decoderId === decoderId) {
      this.#run(round, plan);
      return;
    }
    const message = 'the round began with another model than the one in use: begin another round';
    await this.#failed(round, new AppError('model-invalid', this.parts.modelFolder, message));
  }

  #run(round: Round, plan: UnplacedPlan): void {
    const { store, worker, modelFolder } = this.parts;
    const controller = new AbortController();
    const progress: RoundProgress = { phase: 'prepare', done: 0, secondsLeft: null, curve: [] };
    const running: Running = { round, controller, progress, ended: Promise.resolve() };
    this.#running = running;
    const onProgress = (news: unknown): void => {
      running.progress = news as RoundProgress;
      this.#tellProgress(running, 'running');
    };
    const asked = placed(plan, round.id, store, modelFolder);
    running.ended = this.#follow(running, () =>
      worker.request('run', asked, { signal: controller.signal, onAbort: 'kill', onProgress }),
    )
      .catch((error: unknown) => this.#quietly(error))
      .finally(() => {
        if (this.#running === running) this.#running = undefined;
        this.changed();
      });
    this.#tellProgress(running, 'running');
    this.changed();
  }

  /** Paused or cancelled on the way, what comes is not wanted: it comes once more, or never. */
  async #follow(running: Running, train: () => Promise<RoundResult>): Promise<void> {
    const { round, controller } = running;
    try {
      await this.#finished(running, await this.#trained(running, train));
    } catch (error) {
      if (!controller.signal.aborted) await this.#failed(round, error);
    }
  }

  /** A worker that dies goes on from where it was, as long as it gets further each time. */
  async #trained(running: Running, train: () => Promise<RoundResult>): Promise<RoundResult> {
    for (let reached = 0; ; reached = running.progress.done) {
      try {
        return await train();
      } catch (error) {
        const hasDied = isAppError(error) && error.code === 'worker-died';
        if (!hasDied || running.controller.signal.aborted || running.progress.done <= reached) throw error;
      }
    }
  }

  async #finished({ round, controller }: Running, result: RoundResult): Promise<void> {
    const { store, labels } = this.parts;
    if (controller.signal.aborted) return;
    const { report, assignments, config, headFile } = result;
    const { encoderId, decoderId } = modelIn(this.parts);
    const sha256 = await keepHeadFile(store, headFile);
    const ownVersion = (await labels.ownHead(await labelIn(this.parts.store, round.labelId)))?.version ?? null;
    const activate = takesOver(report.verdict);
    const head = { config, encoderId, decoderId, sha256, ownVersion };
    await store.rounds.finish(round.id, { report, assignments, head, activate });
    await this.#removeState(round.id);
    await this.#tellEnded(await store.rounds.get(round.id), activate);
    if (activate) await this.parts.onHeadsChanged().catch((error: unknown) => this.#quietly(error));
  }

  async #failed(round: Round, error: unknown): Promise<void> {
    if (!isAppError(error)) logError('learning', error);
    const problem = error instanceof Error ? error.message : String(error);
    await this.parts.store.rounds.fail(round.id, problem);
    await this.#removeState(round.id);
    await this.#tellEnded(await this.parts.store.rounds.get(round.id), false);
  }

  async #stop(roundId: number, state: 'paused' | 'cancelled'): Promise<void> {
    const running = this.#running;
    if (running?.round.id !== roundId) {
      this.changed();
      return;
    }
    running.controller.abort();
    await running.ended;
    this.#tellProgress(running, state);
  }

  /** Of rounds that have ended without having been able to tidy up. */
  async #removeStates(open: readonly Round[]): Promise<void> {
    const folder = stateFolders(this.parts.store);
    const kept = new Set(open.map(({ id }) => String(id)));
    for (const name of await readdir(folder).catch(() => [])) {
      if (!kept.has(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  async #removeState(roundId: number): Promise<void> {
    // What stays is removed when the project is opened next.
    await rm(stateFolder(this.parts.store, roundId), { recursive: true, force: true }).catch(() => undefined);
  }

  #tellProgress({ round, progress }: Running, state: LearningProgress['state']): void {
    this.#latest = { roundId: round.id, labelId: round.labelId, state, ...progress };
    if (!this.#closed) this.parts.tell('learning.progress', this.#latest);
  }

  async #tellEnded(round: Round, activated: boolean): Promise<void> {
    if (this.#closed) return;
    const { before, after } = round.report ?? { before: null, after: null };
    this.parts.tell('learning.ended', { round, activated, before, after });
    await this.#tellChanged();
  }

  async #tellChanged(): Promise<void> {
    if (!this.#closed) this.parts.tell('learning.changed', { labels: await this.labels() });
  }

  /** Of what nobody waits for; whatever ends with the project went well. */
  #quietly(error: unknown): void {
    if (!this.#closed) logError('learning', error);
  }
}
