/**
 * A process that opens a project and has its label learn, or goes on with the round that was interrupted; the kill test
 * ends it. Says "running WORKER-PID" once the round runs, "step" for every step, "done" at its end. Arguments: project
 * folder, model folder, label id.
 */
import { writeSync } from 'node:fs';
import { classroom } from '../../unit/main/finetune/support';

const [project = '', modelFolder = '', labelId = ''] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const { learning, store, worker, close } = await classroom(project, modelFolder, {
  tell: (event, payload) => {
    if (event === 'learning.progress' && 'phase' in (payload as object)) say('step');
  },
});
const rounds = await store.rounds.ofLabel(Number(labelId));
if (rounds.every(({ state }) => state !== 'running' && state !== 'finished')) await learning.start(Number(labelId));
say(`running ${worker.pid ?? 0}`);
await learning.settled();
say('done');
await close();
