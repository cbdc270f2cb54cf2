/**
 * One clinician from the first frame to the last: corrections in an order, a round after 10, 20, 40, 80 and all of them,
 * as the app would run it, and what the head proposes on patients that took no part.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HeadFile, RoundFrame, RoundPlan } from '../../../main/finetune';
import { runRound } from '../../../main/finetune/run-round';
import { Predictor } from '../../../main/inference';
import { type Model, readHeadFile } from '../../../models/folder';
import { seededRandom } from '../../../models/training';
import { type FrameOrder, type LearningSide, takesOver, type Verdict } from '../../../shared/domain';
import { cocoRle } from '../../../shared/mask';
import { Clinician, type Correction } from './clinician';
import type { DataSet, PoolFrame } from './pool';

const ROUNDS_AFTER = [10, 20, 40, 80];
const LABEL = 'new organ';
const MINUTES = 30;

/** What a chain leaves behind: numbers only. */
export interface ChainResult {
  readonly set: DataSet;
  /** `none`: without learning, in file order. */
  readonly order: FrameOrder | 'none';
  readonly seed: number;
  readonly rounds: readonly RoundRow[];
  readonly corrections: readonly CorrectionRow[];
  /** Of the clicks' answers, embeddings being there. */
  readonly clickSeconds: number;
}

export interface RoundRow {
  /** Corrections so far. */
  readonly after: number;
  /** Proposal Dice on val of what proposes from now on; 0: nothing does. And of the head just trained, used or not. */
  readonly active: number;
  readonly trained: number;
  readonly verdict: Verdict;
  readonly judging: string;
  /** On the round's own judges. */
  readonly gain: { readonly mean: number; readonly low: number };
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface CorrectionRow {
  readonly frame: number;
  readonly before: number;
  readonly after: number;
  /** 10 where ten were not enough (`reached` false). */
  readonly clicks: number;
  readonly reached: boolean;
}

export interface Ground {
  readonly set: DataSet;
  readonly model: Model;
  readonly train: readonly PoolFrame[];
  readonly val: readonly PoolFrame[];
  /** Shared by all chains. */
  readonly embeddingsFolder: string;
  readonly threads: number;
}

/** @param order null: nothing is learned */
export async function runChain(
  ground: Ground,
  order: FrameOrder | null,
  seed: number,
  say: (line: string) => void,
): Promise<ChainResult> {
  const { set, model, train, embeddingsFolder, threads } = ground;
  const random = seededRandom(`${set} ${order} ${seed}`);
  const predictor = new Predictor(model, { threads });
  const clinician = new Clinician(predictor, embeddingsFolder);
  const folder = await mkdtemp(join(tmpdir(), 'sonomask-learning-'));
  try {
    const learner = new Learner(ground, predictor, folder, seed);
    const rounds: RoundRow[] = [];
    const corrections: Correction[] = [];
    let clickSeconds = 0;
    let left = [...train];
    while (left.length > 0) {
      const done = corrections.map(({ frame }) => frame);
      const frame = await clinician.next(order ?? 'file', left, done, learner.active?.name ?? null, random);
      left = left.filter((other) => other !== frame);
      const begun = performance.now();
      corrections.push(await clinician.correct(frame, learner.active?.name ?? null));
      clickSeconds += (performance.now() - begun) / 1000;
      const isDue = ROUNDS_AFTER.includes(corrections.length) || left.length === 0;
      if (order === null || !isDue) continue;
      const round = await learner.learn(corrections, clinician);
      rounds.push(round);
      say(`${set} ${order} ${seed}: ${describe(round)}`);
    }
    return { set, order: order ?? 'none', seed, rounds, corrections: corrections.map(correctionRow), clickSeconds };
  } finally {
    await predictor.dispose();
    await rm(folder, { recursive: true });
  }
}

/** What the project remembers from round to round. */
class Learner {
  active: HeadFile | null = null;
  #activeDice = 0;
  #rounds = 0;
  #sides: Record<string, LearningSide> = {};
  readonly #groups = new Map<number, string>();

  constructor(
    private readonly ground: Ground,
    private readonly predictor: Predictor,
    private readonly folder: string,
    private readonly seed: number,
  ) {}

  async learn(corrections: readonly Correction[], clinician: Clinician): Promise<RoundRow> {
    const { model, threads, val } = this.ground;
    const name = `v${++this.#rounds}`;
    const [begun, cpu] = [performance.now(), process.cpuUsage()];
    const { report, assignments, config, headFile } = await runRound(this.#plan(corrections, name), { threads });
    const [seconds, { user, system }] = [(performance.now() - begun) / 1000, process.cpuUsage(cpu)];
    for (const { frameId, group, side } of assignments) {
      this.#sides[group] = side;
      this.#groups.set(frameId, group);
    }
    const tensors = await readHeadFile(headFile, null, model.manifest.config, config);
    this.predictor.addHead(name, { version: name, config, tensors });
    const trained = await clinician.proposalDice(val, name);
    if (takesOver(report.verdict)) {
      this.active = { name, file: headFile, config };
      this.#activeDice = trained;
    } else await this.predictor.removeHead(name);
    const { verdict, judging, gain } = report;
    const scores = { after: corrections.length, active: this.#activeDice, trained };
    return { ...scores, verdict, judging, gain, seconds, cpuSeconds: (user + system) / 1e6 };
  }

  /** As `planRound` would from a project. */
  #plan(corrections: readonly Correction[], name: string): RoundPlan {
    const frames: RoundFrame[] = corrections.map(({ frame, mask }) => ({
      frameId: frame.frameId,
      path: frame.path,
      frameSha256: frame.frameSha256,
      rle: { widthPx: mask.widthPx, heightPx: mask.heightPx, counts: cocoRle(mask).counts },
      patient: frame.patient,
      seriesKey: frame.patient,
      seriesInStudy: 1,
      group: this.#groups.get(frame.frameId) ?? null,
    }));
    const isTaught = ({ group }: RoundFrame): boolean => group !== null && this.#sides[group] === 'train';
    return {
      modelFolder: this.ground.model.folder,
      label: LABEL,
      frames,
      sides: this.#sides,
      replay: frames.filter(isTaught),
      ownHead: null,
      active: this.active,
      start: this.active,
      minutes: MINUTES,
      seed: this.seed,
      embeddingsFolder: this.ground.embeddingsFolder,
      stateFolder: join(this.folder, name),
    };
  }
}

function describe({ after, verdict, judging, active, trained, seconds, cpuSeconds }: RoundRow): string {
  const scores = `val Dice ${active.toFixed(3)} (new head ${trained.toFixed(3)})`;
  return `after ${after}: ${verdict} by ${judging}, ${scores}, ${seconds.toFixed(0)} s, ${cpuSeconds.toFixed(0)} s of CPU`;
}

function correctionRow({ frame, before, after, clicks }: Correction): CorrectionRow {
  return { frame: frame.frameId, before, after, clicks: clicks ?? 10, reached: clicks !== null };
}
