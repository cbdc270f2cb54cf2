/** `sonomask project migrate`: a project copied from a folder to a server, or back. */
import { isServerPlace, moveProject, prepareJobs } from '../../project';
import { usage } from '../arguments';
import { type Command, EXIT } from '../command';

export const projectMigrate: Command = {
  name: 'project migrate',
  summary: 'Copy a project from a folder to a PostgreSQL server, or back, whole and proven equal.',
  operands: '<from> <to>',
  options: {},
  details: `
Either is a folder NAME.sonomask or postgres://USER@HOST/DATABASE?project=NAME; the second must not be there yet. Every row
keeps its id; heads and the key of pseudonyms go along. Both are summed up row by row, and unless the sums are equal there is
no copy. The first stays as it is: work on in one of them only. Embeddings and thumbnails are computed again.`,
  run: async (args, { progress, signal }) => {
    const [from, to, ...others] = args.operands;
    if (!from || !to || others.length > 0)
      throw usage('project migrate', 'name where the project is and where it goes');
    progress.start();
    const moved = await moveProject(from, to, (done, total) => progress.update(done, total, 'rows'), signal);
    if (isServerPlace(to)) await prepareJobs(to);
    const { rows, files, sha256 } = moved;
    return { exitCode: EXIT.done, json: moved, text: `${rows} rows and ${files} files copied; sum of both: ${sha256}` };
  },
};
