/**
 * Comments on frames. A comment is a row and its edits are further ones; nothing is overwritten, and undoing what was done
 * to masks leaves them alone.
 */
import { sql, type RawBuilder } from 'kysely';
import { commentChange, newComment, rowId } from '../../shared/domain';
import type { Comment, CommentChange, CommentId, FrameId, NewComment, Reading, ReadingId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';

/** The edit of a comment that counts, beside its first, which says who began it. */
const ofNewest = sql<number>`(select max(id) from comment_edits where comment_id = comments.id)`;
const ofFirst = sql<number>`(select min(id) from comment_edits where comment_id = comments.id)`;

/** Ids of the frames with comments that are shown in a reading, to be looked for in a query. */
export function commentedFrames(reading: ReadingId): RawBuilder<FrameId> {
  return sql`(select frame_id from comments join comment_edits as newest on newest.id = ${ofNewest}
    where newest.state != 'deleted'
    and (comments.reading_id = ${reading} or (select blind from readings where id = ${reading}) = 0))`;
}

export class Comments {
  /** @param reading in which comments are made; a blind one shows its own alone */
  constructor(
    private readonly db: ProjectDb,
    private readonly reading: Reading,
  ) {}

  /** Oldest first, deleted ones left out. None for an unknown frame. */
  async ofFrame(frameId: FrameId): Promise<Comment[]> {
    return this.#read({ frameId: parseInput(rowId, frameId, 'frame id') });
  }

  /** @throws AppError `usage` for malformed input, an unknown frame, or a place that is not on it. */
  async add(input: NewComment, user: string): Promise<Comment> {
    const { frameId, x, y, text } = parseInput(newComment, input, 'comment');
    const commentId = await this.db.transaction().execute(async (trx) => {
      const frame = trx.selectFrom('frames').select(['width_px', 'height_px']).where('id', '=', frameId);
      const size = await frame.executeTakeFirst();
      if (!size || x > (size.width_px ?? 0) || y > (size.height_px ?? 0)) {
        throw new AppError('usage', `frame ${frameId}`, `frame ${frameId} has no place ${x}, ${y}`);
      }
      const row = { frame_id: frameId, reading_id: this.reading.id, x, y };
      const { id } = await trx.insertInto('comments').values(row).returning('id').executeTakeFirstOrThrow();
      await insertEdit(trx, { commentId: id, text, state: 'open' }, user);
      return id;
    });
    return this.#one(commentId);
  }

  /**
   * @returns the comment as it is now; null where it was deleted
   * @throws AppError `usage` for malformed input, or a comment that is not there or not shown in this reading.
   */
  async change(input: CommentChange, user: string): Promise<Comment | null> {
    const change = parseInput(commentChange, input, 'comment');
    await this.#one(change.commentId);
    await this.db.transaction().execute((trx) => insertEdit(trx, change, user));
    return change.state === 'deleted' ? null : this.#one(change.commentId);
  }

  async #one(commentId: CommentId): Promise<Comment> {
    const [found] = await this.#read({ commentId });
    if (!found) throw new AppError('usage', `comment ${commentId}`, `there is no comment ${commentId}`);
    return found;
  }

  async #read({ frameId, commentId }: { frameId?: FrameId; commentId?: CommentId }): Promise<Comment[]> {
    const { id, blind } = this.reading;
    const rows = await this.db
      .selectFrom('comments')
      .innerJoin('comment_edits as newest', (join) => join.on('newest.id', '=', ofNewest))
      .innerJoin('comment_edits as first', (join) => join.on('first.id', '=', ofFirst))
      .select(['comments.id', 'comments.frame_id as frameId', 'comments.reading_id as readingId'])
      .select(['comments.x', 'comments.y', 'newest.text', 'newest.state', 'newest.id as editId'])
      .select(['first.id as firstId', 'first.user_name as author', 'first.created_at as time'])
      .select(['newest.user_name as user', 'newest.created_at as changedAt'])
      .$if(frameId !== undefined, (query) => query.where('comments.frame_id', '=', frameId ?? 0))
      .$if(commentId !== undefined, (query) => query.where('comments.id', '=', commentId ?? 0))
      .$if(blind, (query) => query.where('comments.reading_id', '=', id))
      .orderBy('comments.id')
      .execute();
    return rows.flatMap(({ state, editId, firstId, user, changedAt, ...row }) => {
      if (state === 'deleted') return [];
      return [{ ...row, state, changed: editId === firstId ? null : { user, time: changedAt } }];
    });
  }
}

async function insertEdit(trx: ProjectTransaction, change: CommentChange, user: string): Promise<void> {
  const { commentId, text, state } = change;
  const row = { comment_id: commentId, text, state, user_name: user, created_at: new Date().toISOString() };
  await trx.insertInto('comment_edits').values(row).execute();
}
