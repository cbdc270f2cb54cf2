/** `sonomask project backups` and `project restore`: a project's backups without the window. */
import { resolve } from 'node:path';
import { editsSince, listBackups, makeBackup, restoreBackup } from '../../backup';
import type { Backup } from '../../../shared/domain';
import { ProjectStore } from '../../project';
import { usage } from '../arguments';
import { type Command, EXIT } from '../command';
import { cliUser } from '../open-project';

export const projectBackups: Command = {
  name: 'project backups',
  summary: 'List the backups of a project, or make one now.',
  operands: '<project folder>',
  options: { make: { help: 'make a backup first, also while the project is open; none where nothing was done since' } },
  details: `
The window makes one when a project is opened whose last backup is a day old, and then every hour. Kept are the latest five, the
last of each of seven days and of each of four weeks. "set aside" is what a restore replaced: it is never removed by itself.`,
  run: async (args) => {
    const project = resolve(args.operand('project folder'));
    const made = args.flag('make') ? await makeBackup(project, Date.now()) : undefined;
    const backups = listBackups(project);
    const text = backups.map(lineOf).join('\n') || `${project} has no backups`;
    return { exitCode: EXIT.done, json: { ...(made !== undefined && { made }), backups }, text };
  },
};

function lineOf({ name, sizeBytes, masks, aside }: Backup): string {
  const size = `${(sizeBytes / 1e6).toFixed(1)} MB`;
  return `${name}  ${size}  ${masks === null ? 'damaged' : `${masks} masks`}${aside ? '  set aside' : ''}`;
}

export const projectRestore: Command = {
  name: 'project restore',
  summary: 'Put a backup in the place of a project, which is kept beside the backups.',
  operands: '<project folder> <backup>',
  options: { 'dry-run': { help: 'only tell how many edits would be lost' } },
  details: `
The backup is named as \`project backups\` lists it. Nobody may have the project open. What was there is set aside, whole or
damaged, under a name of its own; restoring that takes the restore back. Source images are not touched.`,
  run: async (args) => {
    const [folder, name, ...others] = args.operands;
    if (!folder || !name || others.length > 0) throw usage('project restore', 'name the project and the backup');
    const project = resolve(folder);
    if (args.flag('dry-run')) {
      const edits = editsSince(project, name);
      return { exitCode: EXIT.done, json: { editsLost: edits }, text: `edits made since: ${edits ?? 'unknown'}` };
    }
    const restored = await restoreBackup(project, name, Date.now());
    const store = await ProjectStore.open(project);
    try {
      await store.audit.append({ user: cliUser(store), action: 'restore', subject: name, detail: { ...restored } });
    } finally {
      await store.close();
    }
    const { setAside, editsLost } = restored;
    const text = `${name} restored; what was there is ${setAside} (edits only there: ${editsLost ?? 'unknown'})`;
    return { exitCode: EXIT.done, json: restored, text };
  },
};
