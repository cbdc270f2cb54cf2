/**
 * The readings of a project, and where a reading keeps its frames' reviews. What belongs to a reading is read and written
 * by `frames.ts`, `masks.ts`, `measurements.ts` and `comments.ts`, each bound to one of them.
 */
import { sql, type RawBuilder } from 'kysely';
import { MAIN_READING, newReading, rowId } from '../../shared/domain';
import type { FrameId, NewReading, Reading, ReadingId, ReviewState } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import { parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';

export class Readings {
  constructor(private readonly db: ProjectDb) {}

  /** The main one first, then the oldest. */
  async list(): Promise<Reading[]> {
    const rows = await this.db.selectFrom('readings').select(['id', 'name', 'blind']).orderBy('id').execute();
    return rows.map((row) => ({ ...row, blind: row.blind === 1 }));
  }

  /** @throws AppError `usage` for an unknown reading. */
  async get(readingId: ReadingId): Promise<Reading> {
    const id = parseInput(rowId, readingId, 'reading id');
    const found = (await this.list()).find((each) => each.id === id);
    if (!found) throw new AppError('usage', `reading ${id}`, `the project has no reading ${id}`);
    return found;
  }

  /** @throws AppError `usage` for malformed input, or a name that another reading has. */
  async create(input: NewReading, user: string): Promise<Reading> {
    const { name, blind } = parseInput(newReading, input, 'reading');
    return this.db.transaction().execute(async (trx) => {
      const taken = await trx.selectFrom('readings').select('id').where('name', '=', name).executeTakeFirst();
      if (taken) throw new AppError('usage', `reader ${name}`, `${name} has a reading already`);
      const row = { name, blind: blind ? 1 : 0, created_at: new Date().toISOString() };
      const { id } = await trx.insertInto('readings').values(row).returning('id').executeTakeFirstOrThrow();
      await recordAudit(trx, { user, action: 'new-reading', subject: `reading ${id}`, detail: { name, blind } });
      return { id, name, blind };
    });
  }
}

/** A frame's review in a reading, in a query that has `frames`. */
export function reviewIn(reading: ReadingId): RawBuilder<ReviewState> {
  if (reading === MAIN_READING) return sql<ReviewState>`frames.review`;
  const own = sql`select review from reading_frames where frame_id = frames.id and reading_id = ${reading}`;
  return sql<ReviewState>`coalesce((${own}), 'unopened')`;
}

export async function storeReview(
  trx: ProjectTransaction,
  reading: ReadingId,
  frameId: FrameId,
  review: ReviewState,
): Promise<void> {
  if (reading === MAIN_READING) {
    await trx.updateTable('frames').set({ review }).where('id', '=', frameId).execute();
    return;
  }
  await trx
    .insertInto('reading_frames')
    .values({ reading_id: reading, frame_id: frameId, review })
    .onConflict((conflict) => conflict.columns(['frame_id', 'reading_id']).doUpdateSet({ review }))
    .execute();
}
