/**
 * A process that works on a project's batch, or goes on with the one that was interrupted; the kill test ends it. Says
 * "frame PID,PID" with its workers after each frame, "done" at its end. Arguments: project and model folder.
 */
import { writeSync } from 'node:fs';
import { openDesk } from '../../unit/main/batch/support';

const [project = '', modelFolder = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const { desk, close } = await openDesk(
  { project, modelFolder },
  { onFrame: () => say(`frame ${desk.pids.join(',')}`) },
);
await ((await desk.status()) ? desk.resume() : desk.start({ existing: 'skip' }));
await desk.settled();
say('done');
await close();
