/**
 * How long somebody worked on a frame, and why it was that frame: one row each time it is left. Nothing of the patient. And
 * an index that holds what the figures of work need of revisions: without it they would read every mask's run lengths.
 */
import type { Migration } from 'kysely/migration';
import { createTableWithId, makeAppendOnly } from './ddl';

export const visits: Migration = {
  async up(db) {
    await createTableWithId(db, 'visits')
      .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
      .addColumn('active_ms', 'integer', (c) => c.notNull())
      .addColumn('why', 'text')
      .addColumn('user_name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('visits_by_frame').on('visits').columns(['frame_id', 'id']).execute();
    await makeAppendOnly(db, 'visits');
    await db.schema
      .createIndex('revisions_in_short')
      .on('revisions')
      .columns(['mask_id', 'id', 'tool', 'state', 'user_name', 'created_at'])
      .execute();
  },
};
