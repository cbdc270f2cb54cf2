/** Batches and their frames: what was asked for, and what has become of each frame. */
import type { Migration } from 'kysely/migration';
import { createTableWithId, oneOf } from './ddl';

const STATES = ['running', 'paused', 'finished', 'cancelled'];
const ITEM_STATES = ['waiting', 'done', 'failed', 'set-aside'];

export const batches: Migration = {
  async up(db) {
    await createTableWithId(db, 'batches')
      .addColumn('reading_id', 'integer', (c) => c.notNull().references('readings.id'))
      .addColumn('state', 'text', (c) => c.notNull().check(oneOf('state', STATES)))
      .addColumn('plan', 'text', (c) => c.notNull())
      .addColumn('problem', 'text')
      .addColumn('user_name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('finished_at', 'text')
      .execute();
    await createTableWithId(db, 'batch_items')
      .addColumn('batch_id', 'integer', (c) => c.notNull().references('batches.id'))
      .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
      .addColumn('state', 'text', (c) => c.notNull().check(oneOf('state', ITEM_STATES)))
      .addColumn('deaths', 'integer', (c) => c.notNull())
      .addColumn('masks', 'integer')
      .addColumn('problem', 'text')
      .addColumn('problem_detail', 'text')
      .addColumn('ended_at', 'text')
      .addUniqueConstraint('frame_of_batch', ['batch_id', 'frame_id'])
      .execute();
    await db.schema
      .createIndex('batch_items_by_state')
      .on('batch_items')
      .columns(['batch_id', 'state', 'id'])
      .execute();
  },
};
