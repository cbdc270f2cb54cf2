/** What is measured by hand on frames, and calibrations the user made: a row is a frame's measurements from then on. */
import type { Migration } from 'kysely/migration';
import { createTableWithId, makeAppendOnly } from './ddl';

export const measurements: Migration = {
  async up(db) {
    await createTableWithId(db, 'measurements')
      .addColumn('frame_id', 'integer', (c) => c.notNull().references('frames.id'))
      .addColumn('measured', 'text', (c) => c.notNull())
      .addColumn('user_name', 'text', (c) => c.notNull())
      .addColumn('created_at', 'text', (c) => c.notNull())
      .execute();
    await db.schema.createIndex('measurements_by_frame').on('measurements').columns(['frame_id', 'id']).execute();
    await makeAppendOnly(db, 'measurements');
    await db.schema.alterTable('images').addColumn('manual_calibration', 'text').execute();
  },
};
