/** A chain of seals over everything that the tables hold, which begins with what is there now (`seals/canonical.ts`). */
import type { Migration } from 'kysely/migration';
import { sealAll } from '../seals/seal-all';
import { makeAppendOnly } from './ddl';

/** All there were. */
const SEALED = [
  ...['studies', 'series', 'images', 'frames', 'labels', 'readings', 'masks', 'revisions', 'prompts', 'measurements'],
  ...['visits', 'rounds', 'heads', 'learning_groups', 'learning_frames', 'looks', 'proposal_scores', 'reading_frames'],
  ...['comments', 'comment_edits', 'adjudications', 'batches', 'batch_items', 'settings', 'audit'],
];

export const seals: Migration = {
  async up(db) {
    await db.schema
      .createTable('seals')
      .addColumn('id', 'integer', (c) => c.primaryKey())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .addColumn('user_name', 'text', (c) => c.notNull())
      .addColumn('changes', 'text', (c) => c.notNull())
      .addColumn('hash', 'text', (c) => c.notNull())
      .execute();
    await makeAppendOnly(db, 'seals');
    await sealAll(db, SEALED);
  },
};
