/** `sonomask project finetune`: a round of learning on a project's corrections, as the window does it. */
import type { Label, Round } from '../../../shared/domain';
import type { EventOf } from '../../../shared/ipc';
import type { Learning } from '../../finetune';
import type { Tell } from '../../inference';
import type { ProjectStore } from '../../project';
import { type Command, type Context, EXIT, type Outcome } from '../command';
import { MODEL_OPTION } from '../open-model';
import { projectLabel, withLearning, withProject } from '../open-project';

type Ended = EventOf<'learning.ended'>;

const FIRST = ": nothing proposed before; it is not shown to be better than another label's head beyond chance.";

export const projectFinetune: Command = {
  name: 'project finetune',
  summary: "Teach a label's head from a project's accepted, corrected and drawn masks.",
  operands: '<project folder>',
  options: {
    label: { value: 'LABEL', help: 'the label that learns' },
    minutes: { value: 'N', help: 'at most so long; default 10' },
    model: MODEL_OPTION,
  },
  details: `
The new version is judged on patients (else series, else scenes) that are never trained on, and becomes active only if it is
better beyond chance, or nothing proposed before; it is kept in any case. Ctrl-C pauses the round, and the same command goes on with it. The project
must not be open in the window.`,
  run: (args, context) =>
    withProject(args, async (store) => {
      const label = await projectLabel(store, args.required('label'));
      const minutes = args.number('minutes', 0);
      const ends: Ended[] = [];
      const tell = tellingOn(context.progress, (ended) => ends.push(ended));
      return withLearning(args, context, store, tell, async (learning) => {
        context.progress.start();
        const round = await begin(learning, store, label, minutes);
        const stop = (): void => void learning.pause(round.id).catch(() => undefined);
        context.signal.addEventListener('abort', stop, { once: true });
        await learning.settled();
        context.signal.removeEventListener('abort', stop);
        return outcomeOf(label, await store.rounds.get(round.id), ends.at(-1)?.activated ?? false, store);
      });
    }),
};

/** A round that was interrupted goes on; else another begins. */
async function begin(learning: Learning, store: ProjectStore, label: Label, minutes?: number): Promise<Round> {
  const open = (await store.rounds.open()).find(({ labelId }) => labelId === label.id);
  if (!open) return learning.start(label.id, minutes === undefined ? {} : { minutes });
  if (open.state === 'paused') await learning.resume(open.id);
  else await learning.open();
  return open;
}

function tellingOn(progress: Context['progress'], onEnd: (ended: Ended) => void): Tell {
  return (event, payload) => {
    if (event === 'learning.ended') onEnd(payload as Ended);
    if (event !== 'learning.progress') return;
    const { phase, done, curve } = payload as EventOf<'learning.progress'>;
    const point = curve.at(-1);
    const facts = point ? { loss: rounded(point.loss), ...(point.dice !== null && { dice: rounded(point.dice) }) } : {};
    progress.update(Math.round(100 * done), 100, phase, facts);
  };
}

async function outcomeOf(label: Label, round: Round, activated: boolean, store: ProjectStore): Promise<Outcome> {
  const { state, report, problem, headId } = round;
  const version = headId === null ? null : (await store.heads.get(headId)).version;
  const json = { label: label.name, round: round.id, state, version, activated, problem, report };
  if (!report || version === null) {
    const isPaused = state === 'paused';
    const text = isPaused ? 'Paused; the same command goes on with the round.' : `The round ${state}: ${problem ?? ''}`;
    return { exitCode: isPaused ? EXIT.cancelled : EXIT.failed, json, text };
  }
  const { before, after, gain, judging, groups, images, leftOut } = report;
  const interval = `${signed(gain.mean)} (95 %: ${signed(gain.low)} to ${signed(gain.high)})`;
  return {
    exitCode: EXIT.done,
    json,
    text: [
      `${label.name} ${version}: Dice ${before.dice.toFixed(3)} -> ${after.dice.toFixed(3)}, gain ${interval}`,
      `${images.train} frames trained on, ${images.validation} judged by (${groups.validation} groups, ${judging})`,
      ...leftOut.map(({ file, code }) => `left out: ${file} (${code})`),
      activated
        ? `${version} is active now${report.verdict === 'first' ? FIRST : '.'}`
        : `${version} is kept, not active: ${report.verdict}`,
    ].join('\n'),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(3)}`;
}
