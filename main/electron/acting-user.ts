/** Who reads: under which name work is written down, and whether the work of other readers may be seen. */
import { MAIN_READING } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { PreferenceStore } from './preferences';
import type { ProjectSession } from './project-session';

/** Whom the team's server knows us as; else the user of this computer, or in a reading of its own its reader. */
export function actingUser({ reading, serverUser }: ProjectSession, { userName }: PreferenceStore): string {
  if (serverUser !== null) return serverUser;
  return reading && reading.id !== MAIN_READING ? reading.name : userName;
}

/** @throws AppError `reading-blind` where nothing of other readings may be seen. */
export function assertSeesOthers({ reading }: ProjectSession): void {
  if (reading?.blind) throw new AppError('reading-blind', reading.name, `${reading.name} reads blind`);
}
