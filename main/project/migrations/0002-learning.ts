/**
 * Rounds, head versions, and which frames are on which side of the validation. Nothing wrote rounds or heads before this
 * migration, so their first tables are made anew.
 */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { createTableWithId, makeAppendOnly, oneOf } from './ddl';

async function createRounds(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'rounds')
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
    .addColumn('state', 'text', (c) =>
      c.notNull().check(oneOf('state', ['running', 'paused', 'finished', 'cancelled', 'failed'])),
    )
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('plan', 'text')
    .addColumn('report', 'text')
    .addColumn('problem', 'text')
    .addColumn('last_revision_id', 'integer', (c) => c.notNull())
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('started_at', 'text', (c) => c.notNull())
    .addColumn('finished_at', 'text')
    .execute();
  // One round runs at a time, and a label has one that is not at its end: the database refuses a second.
  await sql`create unique index running_round on rounds (state) where state = 'running'`.execute(db);
  await sql`create unique index open_round_of_label on rounds (label_id) where state in ('running', 'paused')`.execute(
    db,
  );
}

async function createHeads(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'heads')
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('encoder_id', 'text', (c) => c.notNull())
    .addColumn('decoder_id', 'text', (c) => c.notNull())
    .addColumn('config', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('round_id', 'integer', (c) => c.references('rounds.id'))
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('report', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('removed_at', 'text')
    .addUniqueConstraint('head_of_label', ['label_id', 'version'])
    .execute();
  // At most one version is active for a label: the database refuses a second.
  await sql`create unique index active_head_of_label on heads (label_id) where active = 1`.execute(db);
}

async function createSides(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'learning_groups')
    .addColumn('key', 'text', (c) => c.notNull().unique())
    .addColumn('side', 'text', (c) => c.notNull().check(oneOf('side', ['train', 'validation'])))
    .execute();
  await createTableWithId(db, 'learning_frames')
    .addColumn('frame_id', 'integer', (c) => c.notNull().unique().references('frames.id'))
    .addColumn('group_id', 'integer', (c) => c.notNull().references('learning_groups.id'))
    .execute();
  // For ever: what was trained on must never be judged by.
  await makeAppendOnly(db, 'learning_groups');
  await makeAppendOnly(db, 'learning_frames');
}

export const learning: Migration = {
  async up(db) {
    await db.schema.dropTable('heads').execute();
    await db.schema.dropTable('rounds').execute();
    await createRounds(db);
    await createHeads(db);
    await createSides(db);
  },
};
