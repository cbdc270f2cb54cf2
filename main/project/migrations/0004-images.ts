/** What an image's header says beside its pixels: time from frame to frame, and millimetres with where they are stated. */
import type { Migration } from 'kysely/migration';

export const images: Migration = {
  async up(db) {
    await db.schema.alterTable('images').addColumn('frame_time_ms', 'double precision').execute();
    await db.schema.alterTable('images').addColumn('calibration', 'text').execute();
  },
};
