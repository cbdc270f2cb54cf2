/**
 * Figures of the work on a project, counted from frames, revisions and visits. What changed a proposal is looked at page by
 * page, giving way in between, and remembered: revisions never change.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { SqlBool } from 'kysely';
import { MAIN_READING, origin, PROPOSING_USER } from '../../shared/domain';
import type { FrameId, HeadQuality, LabelId, Origin, ProjectStatistics, Reading } from '../../shared/domain';
import { decompressCounts } from '../../shared/mask';
import { diceOfRuns } from '../../shared/metrics';
import type { Frames } from './frames';
import type { Masks } from './masks';
import { chunks } from './parse';
import { reviewIn } from './readings';
import type { ProjectDb } from './schema';
import { byDay, byFifty, medianSeconds, type WorkedFrame } from './work-periods';

/** A proposal, and what a human made of it. */
interface Judged {
  readonly frameId: FrameId;
  readonly labelId: LabelId;
  readonly version: string | null;
  readonly verdict: 'accepted' | 'corrected' | 'rejected';
  /** With what it became; of no meaning where it was rejected. */
  readonly dice: number;
}

const CLICKS = sql`('prompt', 'proposal')`;
const STROKES = sql`('brush', 'eraser', 'polygon', 'operation')`;
/** Acts after which a mask has the pixels it had before. */
const SAME_PIXELS = sql`('review', 'delete')`;
/** Nobody's own work on a frame. */
const NO_WORK: Origin['tool'][] = ['import', 'propagation'];
/** About 10 ms of decoding. */
const PAGE_PAIRS = 100;

export class Statistics {
  /** Dice of a proposal with the revision of this id that it became. */
  readonly #dice = new Map<number, number>();

  /** @param reading whose work it is; `frames` and `masks` are of the same one */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: Reading,
    private readonly frames: Frames,
    private readonly masks: Masks,
  ) {}

  async all(): Promise<ProjectStatistics> {
    const judged = await this.#judged();
    const worked = await this.#worked(judged);
    const visits = await this.#visits()
      .select((eb) => eb.fn.sum<number | null>('active_ms').as('ms'))
      .executeTakeFirst();
    return {
      frames: await this.frames.count({}),
      reviewed: await this.#reviewed(),
      labels: await this.masks.progress(),
      days: byDay(worked),
      fifties: byFifty(worked),
      heads: qualities(judged, await this.#drawnAtRandom()),
      medianSeconds: medianSeconds(worked),
      activeSeconds: Number(visits?.ms ?? 0) / 1_000,
    };
  }

  /** In the order in which they were proposed. */
  async #judged(): Promise<Judged[]> {
    const rows = await this.db
      .selectFrom('masks')
      .innerJoin('revisions as current', (join) =>
        join.on('current.id', '=', sql<number>`(select max(id) from revisions where mask_id = masks.id)`),
      )
      .innerJoin('revisions as proposal', (join) =>
        join.on(
          'proposal.id',
          '=',
          sql<number>`(select max(id) from revisions
            where mask_id = masks.id and tool = 'proposal' and user_name = ${PROPOSING_USER})`,
        ),
      )
      .select(['masks.frame_id as frameId', 'masks.label_id as labelId', 'proposal.origin', 'current.state'])
      .select(['proposal.id as proposalId', 'current.id as currentId'])
      .select(
        sql<number>`exists (select 1 from revisions
          where mask_id = masks.id and id > proposal.id and tool not in ${SAME_PIXELS})`.as('redrawn'),
      )
      .where('masks.reading_id', '=', this.reading.id)
      // What a head took back itself was judged by nobody.
      .where('current.user_name', '!=', PROPOSING_USER)
      .where('current.state', 'in', ['accepted', 'corrected', 'rejected', 'deleted'])
      .orderBy('proposal.id')
      .execute();
    const gone = new Set(['rejected', 'deleted']);
    await this.#compare(rows.filter(({ redrawn, state }) => redrawn && !gone.has(state)));
    const versions = new Map<string, string | null>();
    return rows.map(({ frameId, labelId, origin: from, state, redrawn, currentId }) => {
      const version = versions.get(from) ?? origin.parse(JSON.parse(from)).headVersion ?? null;
      versions.set(from, version);
      const dice = redrawn ? (this.#dice.get(currentId) ?? 0) : 1;
      const verdict = gone.has(state) ? 'rejected' : dice === 1 ? 'accepted' : 'corrected';
      return { frameId, labelId, version, verdict, dice };
    });
  }

  /** Sees to it that `#dice` knows of all of them. */
  async #compare(pairs: readonly { proposalId: number; currentId: number }[]): Promise<void> {
    const unknown = pairs.filter(({ currentId }) => !this.#dice.has(currentId));
    for (const page of chunks(unknown, PAGE_PAIRS)) {
      const ids = page.flatMap(({ proposalId, currentId }) => [proposalId, currentId]);
      const rows = await this.db.selectFrom('revisions').select(['id', 'rle_counts']).where('id', 'in', ids).execute();
      const runs = new Map(rows.map(({ id, rle_counts }) => [id, rle_counts]));
      for (const { proposalId, currentId } of page) {
        const [before = '', after = ''] = [runs.get(proposalId), runs.get(currentId)];
        this.#dice.set(currentId, diceOfRuns(decompressCounts(before), decompressCounts(after)));
      }
      await setImmediate();
    }
  }

  /** Frames with a verdict of a human, in the order in which they were done. */
  async #worked(judged: readonly Judged[]): Promise<WorkedFrame[]> {
    const acts = this.db
      .selectFrom('masks')
      .innerJoin('revisions', 'revisions.mask_id', 'masks.id')
      .where('masks.reading_id', '=', this.reading.id)
      .where('revisions.user_name', '!=', PROPOSING_USER)
      .where('revisions.tool', 'not in', NO_WORK)
      .groupBy('masks.frame_id')
      .select((eb) => ['masks.frame_id', eb.fn.max('revisions.created_at').as('last')])
      .select(sql<number>`count(case when tool in ${CLICKS} then 1 end)`.as('clicks'))
      .select(sql<number>`count(case when tool in ${STROKES} then 1 end)`.as('strokes'));
    const visits = this.#visits()
      .groupBy('frame_id')
      .select((eb) => ['frame_id', eb.fn.max('created_at').as('left'), eb.fn.sum<number>('active_ms').as('active')]);
    const rows = await this.db
      .selectFrom('frames')
      .leftJoin(acts.as('acts'), 'acts.frame_id', 'frames.id')
      .leftJoin(visits.as('seen'), 'seen.frame_id', 'frames.id')
      .where(reviewIn(this.reading.id), 'in', ['corrected', 'accepted', 'rejected'])
      .select(['frames.id', 'acts.last', 'acts.clicks', 'acts.strokes', 'seen.left', 'seen.active'])
      .execute();
    const verdicts = new Map<FrameId, Record<Judged['verdict'], number>>();
    for (const { frameId, verdict } of judged) {
      const counts = verdicts.get(frameId) ?? { accepted: 0, corrected: 0, rejected: 0 };
      counts[verdict]++;
      verdicts.set(frameId, counts);
    }
    const none = { accepted: 0, corrected: 0, rejected: 0 };
    return rows
      .flatMap(({ id, last, left, active, clicks, strokes }) => {
        // A frame without masks tells by its visits alone when it was done, and else not at all.
        const doneAt = last ?? left;
        if (doneAt === null) return [];
        const counts = { clicks: Number(clicks ?? 0), strokes: Number(strokes ?? 0) };
        const activeMs = active === null ? null : Number(active);
        return [{ doneAt, activeMs, ...counts, ...(verdicts.get(id) ?? none) }];
      })
      .sort((a, b) => (a.doneAt < b.doneAt ? -1 : 1));
  }

  /** Of the reading: a reader of their own is known by name, and the others read the main one. */
  #visits() {
    const { id, name } = this.reading;
    const others = this.db.selectFrom('readings').select('name').where('id', '!=', MAIN_READING);
    const visits = this.db.selectFrom('visits');
    return id === MAIN_READING
      ? visits.where('visits.user_name', 'not in', others)
      : visits.where('visits.user_name', '=', name);
  }

  async #reviewed(): Promise<number> {
    const row = await this.db
      .selectFrom('frames')
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where(reviewIn(this.reading.id), 'in', ['accepted', 'rejected'])
      .executeTakeFirstOrThrow();
    return Number(row.n);
  }

  async #drawnAtRandom(): Promise<ReadonlySet<FrameId>> {
    const rows = await this.#visits()
      .select('frame_id')
      .distinct()
      .where(sql<SqlBool>`why in ('control', 'random')`)
      .execute();
    return new Set(rows.map(({ frame_id }) => frame_id));
  }
}

/** By label, versions in the order in which they first proposed. */
function qualities(judged: readonly Judged[], atRandom: ReadonlySet<FrameId>): HeadQuality[] {
  const groups = new Map<string, Judged[]>();
  for (const one of judged) {
    const key = JSON.stringify([one.labelId, one.version]);
    const known = groups.get(key);
    if (known) known.push(one);
    else groups.set(key, [one]);
  }
  const all = [...groups.values()].flatMap((group): HeadQuality[] => {
    const [first] = group;
    if (!first) return [];
    const random = group.filter(({ frameId }) => atRandom.has(frameId));
    return [{ labelId: first.labelId, version: first.version, ...qualityOf(group), atRandom: qualityOf(random) }];
  });
  return all.sort((a, b) => a.labelId - b.labelId);
}

function qualityOf(judged: readonly Judged[]): HeadQuality['atRandom'] {
  const kept = judged.filter(({ verdict }) => verdict !== 'rejected');
  return {
    judged: judged.length,
    rejected: judged.length - kept.length,
    dice: kept.length === 0 ? null : kept.reduce((sum, { dice }) => sum + dice, 0) / kept.length,
  };
}
