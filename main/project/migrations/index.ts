/**
 * All migrations in order, by name. Names sort as they run; a released one never changes.
 */
import type { Migration } from 'kysely/migration';
import { projectSchema } from './0001-project';
import { learning } from './0002-learning';
import { scores } from './0003-scores';
import { images } from './0004-images';
import { measurements } from './0005-measurements';
import { readings } from './0006-readings';
import { visits } from './0007-visits';
import { adjudications } from './0008-adjudications';
import { batches } from './0009-batches';
import { seals } from './0010-seals';

export type Migrations = Readonly<Record<string, Migration>>;

export const MIGRATIONS: Migrations = {
  '0001-project': projectSchema,
  '0002-learning': learning,
  '0003-scores': scores,
  '0004-images': images,
  '0005-measurements': measurements,
  '0006-readings': readings,
  '0007-visits': visits,
  '0008-adjudications': adjudications,
  '0009-batches': batches,
  '0010-seals': seals,
};
