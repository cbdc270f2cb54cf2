/** `sonomask project verify`: a project compared with its chain of seals. */
import type { Finding, Verification } from '../../project';
import { type Command, EXIT, more, type Outcome } from '../command';
import { withProject } from '../open-project';

/** So many are printed without `--json`. */
const SHOWN = 100;

export const projectVerify: Command = {
  name: 'project verify',
  summary: 'Find what was changed in a project past SonoMask.',
  operands: '<project>',
  options: {
    expect: {
      value: 'HASH',
      help: 'a head that was written down before, as this command or a manifest of an export tells it',
    },
  },
  details: `
Every change is sealed: by a hash of the rows as they are then, and of all seals before. Each row of each table is compared with
its seal, each seal with the one before it, each head version's file with its hash. What differs is named, and the exit code is
then 1. Whoever can rewrite the whole project can also make new seals: keep the printed head elsewhere, and give it with
--expect; it is in the chain for as long as nothing before it was changed.`,
  run: (args, { progress, signal }) =>
    withProject(args, async (store) => {
      const expect = args.text('expect');
      progress.start();
      const verified = await store.verify({
        ...(expect !== undefined && { expect }),
        signal,
        onProgress: (done, total) => progress.update(done, total, 'rows'),
      });
      return outcomeOf(verified);
    }),
};

function outcomeOf({ findings, ...verified }: Verification): Outcome {
  const { seals, head, rows } = verified;
  const shown = findings.slice(0, SHOWN);
  const summary = `${rows} rows, ${seals} seals; head ${head || 'none'}`;
  return {
    exitCode: findings.length > 0 ? EXIT.failed : EXIT.done,
    json: { ...verified, findings },
    text: [
      ...shown.map(textOf),
      ...more(shown, findings.length),
      findings.length > 0
        ? `NOT as it was sealed: ${findings.length} findings. ${summary}`
        : `As it was sealed. ${summary}`,
    ].join('\n'),
  };
}

function textOf({ kind, where, what, seal }: Finding): string {
  if (kind === 'unknown') return `no seal has the expected head ${what}`;
  const sealed = seal ? ` (seal ${seal.id}, ${seal.created_at}, ${seal.user_name})` : '';
  return `${where} ${what}: ${kind}${sealed}`;
}
