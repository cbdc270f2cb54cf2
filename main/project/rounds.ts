/**
 * Rounds: what each was asked, how far it is and what came of it; and which frames may be trained on or judged by, for
 * ever. Not the training (`main/finetune`).
 */
import { z } from 'zod';
import { learningSide, roundReport, roundSettings, rowId, shortText } from '../../shared/domain';
import type { LabelId, LearningSide, Round, RoundReport, RoundSettings, RoundState } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit, type Json } from './books';
import { activateHead, insertHead, type NewHead, type StoredHead } from './heads';
import { parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';
import type { ServerFiles } from './server/files';

export type RoundId = Round['id'];

const assignment = z.strictObject({ frameId: rowId, group: z.string().min(1).max(5_000), side: learningSide });

/** What a round has yielded. */
export interface RoundEnd {
  readonly report: RoundReport;
  readonly assignments: readonly z.infer<typeof assignment>[];
  /** Its file is on the disk. */
  readonly head: Omit<NewHead, 'labelId' | 'report'>;
  readonly activate: boolean;
}

/** Where frames stand: sides of groups, and the group of each frame. */
export interface Sides {
  readonly sides: Readonly<Record<string, LearningSide>>;
  readonly groupOf: ReadonlyMap<number, string>;
}

function rounds(db: ProjectDb) {
  return db
    .selectFrom('rounds')
    .leftJoin('heads', (join) => join.onRef('heads.round_id', '=', 'rounds.id').on('heads.removed_at', 'is', null))
    .selectAll('rounds')
    .select('heads.id as head_id')
    .orderBy('rounds.id', 'desc');
}

type Row = Awaited<ReturnType<ReturnType<typeof rounds>['execute']>>[number];

function toRound(row: Row): Round {
  return {
    id: row.id,
    labelId: row.label_id,
    state: row.state,
    settings: roundSettings.parse(JSON.parse(row.settings)),
    report: row.report === null ? null : roundReport.parse(JSON.parse(row.report)),
    problem: row.problem,
    headId: row.head_id,
    user: row.user_name,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
  };
}

export class Rounds {
  /** @param files of a project on a server, which gets the files of new versions */
  constructor(
    private readonly db: ProjectDb,
    private readonly files: ServerFiles | null = null,
  ) {}

  /** Newest first. */
  async ofLabel(labelId: LabelId): Promise<Round[]> {
    const id = parseInput(rowId, labelId, 'label id');
    return (await rounds(this.db).where('rounds.label_id', '=', id).execute()).map(toRound);
  }

  /** Those that are running or paused. */
  async open(): Promise<Round[]> {
    return (await rounds(this.db).where('rounds.state', 'in', ['running', 'paused']).execute()).map(toRound);
  }

  /** @throws AppError `usage` for an unknown round. */
  async get(roundId: RoundId): Promise<Round> {
    const id = parseInput(rowId, roundId, 'round id');
    const row = await rounds(this.db).where('rounds.id', '=', id).executeTakeFirst();
    if (row === undefined) throw new AppError('usage', `round ${id}`, `the project has no round ${id}`);
    return toRound(row);
  }

  /** What a round that is open was asked. @throws AppError `usage` for one that has ended. */
  async plan(roundId: RoundId): Promise<unknown> {
    const row = await this.db.selectFrom('rounds').select('plan').where('id', '=', roundId).executeTakeFirst();
    if (row?.plan == null) throw new AppError('usage', `round ${roundId}`, `round ${roundId} has ended`);
    return JSON.parse(row.plan);
  }

  /**
   * Begins a round, running.
   *
   * @param plan all that is needed to go on after a crash, as JSON
   * @param lastRevisionId the newest revision that the plan has seen
   * @throws AppError `usage` while another round runs, or one of this label is open.
   */
  async start(
    labelId: LabelId,
    settings: RoundSettings,
    plan: unknown,
    lastRevisionId: number,
    user: string,
  ): Promise<Round> {
    const checked = parseInput(roundSettings, settings, 'round settings');
    const name = parseInput(shortText, user, 'user');
    return this.db.transaction().execute(async (trx) => {
      const open = await trx.selectFrom('rounds').selectAll().where('state', 'in', ['running', 'paused']).execute();
      const inTheWay = open.find((each) => each.state === 'running' || each.label_id === labelId);
      if (inTheWay) {
        const message = `round ${inTheWay.id} of label ${inTheWay.label_id} is ${inTheWay.state}: end it first`;
        throw new AppError('usage', `round ${inTheWay.id}`, message);
      }
      const { id } = await trx
        .insertInto('rounds')
        .values({
          label_id: labelId,
          state: 'running',
          settings: JSON.stringify(checked),
          plan: JSON.stringify(plan),
          report: null,
          problem: null,
          last_revision_id: lastRevisionId,
          user_name: name,
          started_at: new Date().toISOString(),
          finished_at: null,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      await audit(trx, 'start-round', labelId, name, { round: id, ...checked });
      return toRound(await rounds(trx).where('rounds.id', '=', id).executeTakeFirstOrThrow());
    });
  }

  /** Pauses a running round. @throws AppError `usage` for one that is not running. */
  async pause(roundId: RoundId): Promise<void> {
    await this.#change(roundId, ['running'], 'paused');
  }

  /** @throws AppError `usage` for one that is not paused, or while another runs. */
  async resume(roundId: RoundId): Promise<void> {
    await this.#change(roundId, ['paused'], 'running');
  }

  /** Ends a round with nothing. @param user who ends it. @throws AppError `usage` for one that has ended. */
  async cancel(roundId: RoundId, user: string): Promise<void> {
    await this.#change(roundId, ['running', 'paused'], 'cancelled', { user });
  }

  /** @param problem why, for the user. @throws AppError `usage` for one that has ended. */
  async fail(roundId: RoundId, problem: string): Promise<void> {
    await this.#change(roundId, ['running'], 'failed', { problem });
  }

  /**
   * The end of a round: its report, its version and the sides of its frames, and what is active from now on. All of it is
   * on the disk when the promise resolves, or nothing.
   *
   * @throws AppError `usage` for a round that does not run.
   */
  async finish(roundId: RoundId, end: RoundEnd): Promise<StoredHead> {
    const report = parseInput(roundReport, end.report, 'round report');
    const assignments = parseInput(z.array(assignment), end.assignments, 'assignments');
    return this.db.transaction().execute(async (trx) => {
      const row = await trx
        .updateTable('rounds')
        .set({ state: 'finished', report: JSON.stringify(report), plan: null, finished_at: new Date().toISOString() })
        .where('id', '=', roundId)
        .where('state', '=', 'running')
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw notInState(roundId, ['running']);
      await keepSides(trx, assignments);
      const head = await insertHead(trx, { ...end.head, labelId: row.label_id, report }, roundId, this.files);
      const about = { round: roundId, verdict: report.verdict };
      await audit(trx, 'finish-round', row.label_id, row.user_name, { ...about, version: head.version });
      if (end.activate) await activateHead(trx, row.label_id, head.id, row.user_name, about);
      return { ...head, active: end.activate };
    });
  }

  /** Sides and groups that earlier rounds have made. */
  async sides(): Promise<Sides> {
    const groups = await this.db.selectFrom('learning_groups').select(['id', 'key', 'side']).execute();
    const keys = new Map(groups.map(({ id, key }) => [id, key]));
    const frames = await this.db.selectFrom('learning_frames').select(['frame_id', 'group_id']).execute();
    return {
      sides: Object.fromEntries(groups.map(({ key, side }) => [key, side])),
      groupOf: new Map(frames.map(({ frame_id, group_id }) => [frame_id, keys.get(group_id) ?? ''])),
    };
  }

  async #change(
    roundId: RoundId,
    from: readonly RoundState[],
    to: RoundState,
    about: { readonly problem?: string; readonly user?: string } = {},
  ): Promise<void> {
    const ended = to === 'cancelled' || to === 'failed';
    await this.db.transaction().execute(async (trx) => {
      const running = await trx.selectFrom('rounds').select('id').where('state', '=', 'running').executeTakeFirst();
      if (to === 'running' && running) {
        throw new AppError('usage', `round ${running.id}`, `round ${running.id} is running: pause or end it first`);
      }
      const row = await trx
        .updateTable('rounds')
        .set({
          state: to,
          problem: about.problem ?? null,
          ...(ended && { plan: null, finished_at: new Date().toISOString() }),
        })
        .where('id', '=', roundId)
        .where('state', 'in', from)
        .returningAll()
        .executeTakeFirst();
      if (row === undefined) throw notInState(roundId, from);
      if (ended) await audit(trx, `${to}-round`, row.label_id, about.user ?? row.user_name, { round: roundId });
    });
  }
}

/** Groups and frames that are known already keep what they have; a round was told it and does not differ. */
async function keepSides(trx: ProjectTransaction, assignments: readonly z.infer<typeof assignment>[]): Promise<void> {
  const known = new Map(
    (await trx.selectFrom('learning_groups').selectAll().execute()).map((group) => [group.key, group] as const),
  );
  const placed = new Set(
    (await trx.selectFrom('learning_frames').select('frame_id').execute()).map(({ frame_id }) => frame_id),
  );
  for (const { frameId, group: key, side } of assignments) {
    const group =
      known.get(key) ??
      (await trx.insertInto('learning_groups').values({ key, side }).returningAll().executeTakeFirstOrThrow());
    known.set(key, group);
    if (group.side !== side) throw new AppError('internal', key, `group ${key} is on the ${group.side} side`);
    if (placed.has(frameId)) continue;
    placed.add(frameId);
    await trx.insertInto('learning_frames').values({ frame_id: frameId, group_id: group.id }).execute();
  }
}

async function audit(
  trx: ProjectTransaction,
  action: string,
  labelId: LabelId,
  user: string,
  detail: Readonly<Record<string, Json>>,
): Promise<void> {
  await recordAudit(trx, { user, action, subject: `label ${labelId}`, detail });
}

function notInState(roundId: RoundId, states: readonly RoundState[]): AppError {
  return new AppError('usage', `round ${roundId}`, `round ${roundId} is not ${states.join(' or ')}`);
}
