/** Channels about backups of projects in folders: the one that is open, or one that is too damaged to be opened. */
import { z } from 'zod';
import { backup, backupName } from '../domain';
import { ERROR_CODES } from '../errors';
import { absolutePath, channel } from './channel';
import { projectSchema } from './project';

const project = absolutePath.regex(/\.sonomask$/i, 'no project folder');
const named = z.object({ path: project, name: backupName });

export const backupChannels = {
  /** Latest first. */
  'backup.list': channel(z.object({ path: project }), z.array(backup)),
  /** One of the open project now; answers its name, null where nothing was done since the last one. */
  'backup.make': channel(z.undefined(), z.string().nullable()),
  /** How many edits of masks a restore would set aside; null where the present database cannot be read. */
  'backup.editsSince': channel(named, z.int().min(0).nullable()),
  /** Puts it in the place of the present database, which is set aside, and opens the project. */
  'backup.restore': channel(named, projectSchema),
};

export const backupEvents = {
  /** An automatic backup could not be made. Edits are not concerned; `project-corrupt`: the project is damaged. */
  'backup.failed': z.object({ path: z.string(), code: z.enum(ERROR_CODES) }),
  /** A project was opened whose database is not what it was when it was closed last. */
  'project.changedOutside': z.object({ path: z.string() }),
};
