/** What was decided where two readers differ: one row a decision, and one where it is taken back. */
import type { Migration } from 'kysely/migration';
import { createTableWithId, makeAppendOnly, oneOf } from './ddl';

const CHOICES = ['first', 'second', 'union', 'intersection'];

export const adjudications: Migration = {
  async up(db) {
    await createTableWithId(db, 'adjudications')
      .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
      .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
      .addColumn('first_reading_id', 'integer', (c) => c.notNull().references('readings.id'))
      .addColumn('second_reading_id', 'integer', (c) => c.notNull().references('readings.id'))
      .addColumn('choice', 'text', (c) => c.check(oneOf('choice', CHOICES)))
      .addColumn('review_before', 'text', (c) => c.notNull())
      .addColumn('revisions', 'text', (c) => c.notNull())
      .addColumn('user_name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema
      .createIndex('adjudications_by_frame')
      .on('adjudications')
      .columns(['frame_id', 'label_id', 'id'])
      .execute();
    await makeAppendOnly(db, 'adjudications');
  },
};
