/**
 * How sure heads are of what they propose, and what frames look like: what the orders of frames go by. All of it can be
 * computed again; a row that is of other pixels, another head or another encoder than those in use counts as absent.
 */
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { bytes, createTableWithId } from './ddl';

async function createLooks(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'looks')
    .addColumn('frame_id', 'integer', (c) => c.notNull().unique().references('frames.id').onDelete('cascade'))
    .addColumn('frame_sha256', 'text', (c) => c.notNull())
    .addColumn('encoder_id', 'text', (c) => c.notNull())
    .addColumn('sketch', bytes(db), (c) => c.notNull())
    .execute();
}

async function createScores(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'proposal_scores')
    .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id').onDelete('cascade'))
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id').onDelete('cascade'))
    .addColumn('frame_sha256', 'text', (c) => c.notNull())
    .addColumn('model_id', 'text', (c) => c.notNull())
    .addColumn('head', 'text', (c) => c.notNull())
    .addColumn('predicted_iou', 'double precision', (c) => c.notNull())
    .addColumn('stability', 'double precision', (c) => c.notNull())
    .addColumn('flip_dice', 'double precision')
    .addUniqueConstraint('score_of_label', ['frame_id', 'label_id'])
    .execute();
}

export const scores: Migration = {
  async up(db) {
    await createLooks(db);
    await createScores(db);
  },
};
