/**
 * The first schema. Never edited once released: a change is a further migration.
 */
import { sql } from 'kysely';
import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';
import { bytewiseText, createTableWithId, makeAppendOnly, oneOf } from './ddl';

const REVIEW_STATES = ['unopened', 'proposed', 'corrected', 'accepted', 'rejected'];
const MASK_STATES = ['proposed', 'accepted', 'corrected', 'rejected', 'drawn', 'imported', 'propagated', 'deleted'];

async function createSources(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'studies')
    .addColumn('key', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('patient', 'text', (c) => c.notNull())
    .execute();
  await createTableWithId(db, 'series')
    .addColumn('study_id', 'integer', (c) => c.notNull().references('studies.id'))
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addUniqueConstraint('series_of_study', ['study_id', 'key'])
    .execute();
  await createTableWithId(db, 'images')
    .addColumn('series_id', 'integer', (c) => c.notNull().references('series.id'))
    .addColumn('absolute_path', 'text', (c) => c.notNull().unique())
    .addColumn('relative_path', 'text', (c) => c.notNull())
    .addColumn('size_bytes', 'bigint', (c) => c.notNull())
    .addColumn('mtime_ms', 'double precision', (c) => c.notNull())
    .addColumn('frame_count', 'integer', (c) => c.notNull())
    .execute();
  await createTableWithId(db, 'frames')
    .addColumn('image_id', 'integer', (c) => c.notNull().references('images.id'))
    .addColumn('frame_index', 'integer', (c) => c.notNull())
    .addColumn('sort_key', bytewiseText(db), (c) => c.notNull())
    .addColumn('width_px', 'integer')
    .addColumn('height_px', 'integer')
    .addColumn('sha256', 'text')
    .addColumn('review', 'text', (c) => c.notNull().check(oneOf('review', REVIEW_STATES)))
    .addColumn('problem', 'text')
    .addColumn('problem_detail', 'text')
    .addUniqueConstraint('frame_of_image', ['image_id', 'frame_index'])
    .execute();
  await db.schema.createIndex('series_by_study').on('series').column('study_id').execute();
  await db.schema.createIndex('images_by_series').on('images').column('series_id').execute();
  await db.schema.createIndex('frames_in_order').on('frames').columns(['sort_key', 'id']).execute();
}

async function createMasks(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'labels')
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('colour', 'text', (c) => c.notNull())
    .addColumn('shortcut', 'text', (c) => c.unique())
    .addColumn('instances', 'text', (c) => c.notNull().check(oneOf('instances', ['single', 'multiple'])))
    .execute();
  await createTableWithId(db, 'masks')
    .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
    .execute();
  // `previous_id` is unique: of two writers that saw the same revision, the database itself refuses the second.
  await createTableWithId(db, 'revisions')
    .addColumn('mask_id', 'integer', (c) => c.notNull().references('masks.id'))
    .addColumn('previous_id', 'integer', (c) => c.unique().references('revisions.id'))
    .addColumn('restored_from_id', 'integer', (c) => c.references('revisions.id'))
    .addColumn('state', 'text', (c) => c.notNull().check(oneOf('state', MASK_STATES)))
    .addColumn('width_px', 'integer', (c) => c.notNull())
    .addColumn('height_px', 'integer', (c) => c.notNull())
    .addColumn('rle_counts', 'text', (c) => c.notNull())
    .addColumn('area_px', 'bigint', (c) => c.notNull())
    .addColumn('quality', 'double precision')
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('tool', 'text', (c) => c.notNull())
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('created_at', 'text', (c) => c.notNull())
    .execute();
  await createTableWithId(db, 'prompts')
    .addColumn('revision_id', 'integer', (c) => c.notNull().references('revisions.id'))
    .addColumn('ordinal', 'integer', (c) => c.notNull())
    .addColumn('kind', 'text', (c) => c.notNull().check(oneOf('kind', ['point', 'box'])))
    .addColumn('positive', 'integer', (c) => c.notNull())
    .addColumn('x0', 'double precision', (c) => c.notNull())
    .addColumn('y0', 'double precision', (c) => c.notNull())
    .addColumn('x1', 'double precision')
    .addColumn('y1', 'double precision')
    .addUniqueConstraint('prompt_of_revision', ['revision_id', 'ordinal'])
    .execute();
  await db.schema.createIndex('masks_by_frame').on('masks').column('frame_id').execute();
  await db.schema.createIndex('masks_by_label').on('masks').column('label_id').execute();
  await db.schema.createIndex('revisions_by_mask').on('revisions').columns(['mask_id', 'id']).execute();
  await makeAppendOnly(db, 'masks');
  await makeAppendOnly(db, 'revisions');
  await makeAppendOnly(db, 'prompts');
}

async function createLearning(db: Kysely<unknown>): Promise<void> {
  await createTableWithId(db, 'rounds')
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
    .addColumn('base_head_id', 'integer')
    .addColumn('state', 'text', (c) =>
      c.notNull().check(oneOf('state', ['running', 'paused', 'finished', 'cancelled', 'failed'])),
    )
    .addColumn('settings', 'text', (c) => c.notNull())
    .addColumn('report', 'text')
    .addColumn('started_at', 'text', (c) => c.notNull())
    .addColumn('finished_at', 'text')
    .execute();
  await createTableWithId(db, 'heads')
    .addColumn('label_id', 'integer', (c) => c.notNull().references('labels.id'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('model_id', 'text', (c) => c.notNull())
    .addColumn('path', 'text', (c) => c.notNull())
    .addColumn('sha256', 'text', (c) => c.notNull())
    .addColumn('round_id', 'integer', (c) => c.references('rounds.id'))
    .addColumn('active', 'integer', (c) => c.notNull())
    .addColumn('report', 'text')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addUniqueConstraint('head_of_label', ['label_id', 'version'])
    .execute();
  // Exactly one version is active for a label: the database refuses a second.
  await sql`create unique index active_head_of_label on heads (label_id) where active = 1`.execute(db);
}

async function createBooks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('settings')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await createTableWithId(db, 'audit')
    .addColumn('created_at', 'text', (c) => c.notNull())
    .addColumn('user_name', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('detail', 'text', (c) => c.notNull())
    .execute();
  await makeAppendOnly(db, 'audit');
}

export const projectSchema: Migration = {
  async up(db) {
    await createSources(db);
    await createMasks(db);
    await createLearning(db);
    await createBooks(db);
  },
};
