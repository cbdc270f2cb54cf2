/**
 * Readings by several people, and comments. What there was before is of the main reading. A frame's review in the main
 * reading stays with the frame; those of other readings have a table of their own.
 */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTableWithId, makeAppendOnly, oneOf } from './ddl';

const REVIEW_STATES = ['unopened', 'proposed', 'corrected', 'accepted', 'rejected'];

async function createReadings(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'readings')
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('blind', 'integer', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  // The first row of its table: 1 (`MAIN_READING`).
  const main = { name: 'main', blind: 0, created_at: new Date().toISOString() };
  await (db as Kysely<{ readings: typeof main }>).insertInto('readings').values(main).execute();
  // Also: a blind reading stays blind.
  await makeAppendOnly(db, 'readings');
  await createTableWithId(db, 'reading_frames')
    .addColumn('reading_id', 'integer', (c) => c.notNull().references('readings.id'))
    .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
    .addColumn('review', 'text', (c) => c.notNull().check(oneOf('review', REVIEW_STATES)))
    .addUniqueConstraint('frame_of_reading', ['frame_id', 'reading_id'])
    .execute();
  // SQLite adds no column that has both a default and a foreign key.
  for (const table of ['masks', 'measurements']) {
    await db.schema
      .alterTable(table)
      .addColumn('reading_id', 'integer', (c) => c.notNull().defaultTo(1))
      .execute();
  }
}

async function createComments(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'comments')
    .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
    .addColumn('reading_id', 'integer', (c) => c.notNull().references('readings.id'))
    .addColumn('x', 'double precision', (c) => c.notNull())
    .addColumn('y', 'double precision', (c) => c.notNull())
    .execute();
  await createTableWithId(db, 'comment_edits')
    .addColumn('comment_id', 'integer', (c) => c.notNull().references('comments.id'))
    .addColumn('text', 'text', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull().check(oneOf('state', ['open', 'resolved', 'deleted'])))
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('comments_by_frame').on('comments').column('frame_id').execute();
  await db.schema.createIndex('comment_edits_by_comment').on('comment_edits').columns(['comment_id', 'id']).execute();
  await makeAppendOnly(db, 'comments');
  await makeAppendOnly(db, 'comment_edits');
}

export const readings: Migration = {
  async up(db) {
    await createReadings(db);
    await createComments(db);
  },
};
