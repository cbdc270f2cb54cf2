/** `sonomask project versions` and `project activate`: the head versions of a project's labels, and which one proposes. */
import type { ProjectStore } from '../../project';
import type { VersionList } from '../../finetune';
import { type Arguments, usage } from '../arguments';
import { type Command, type Context, EXIT, type Outcome } from '../command';
import { MODEL_OPTION } from '../open-model';
import { projectLabel, withLearning, withProject } from '../open-project';

const OWN = 'own';
const silent = (): void => undefined;

interface LabelVersions extends VersionList {
  readonly label: string;
}

export const projectVersions: Command = {
  name: 'project versions',
  summary: 'List the head versions of a project: when they were made, how good they are, which one is active.',
  operands: '<project folder>',
  options: { label: { value: 'LABEL', help: 'of this label only; default: all labels' }, model: MODEL_OPTION },
  run: (args, context) =>
    withProject(args, async (store) => listed(await versionsOf(args, context, store, args.text('label')))),
};

export const projectActivate: Command = {
  name: 'project activate',
  summary: 'Choose the version that proposes for a label.',
  operands: '<project folder>',
  options: {
    label: { value: 'LABEL', help: 'the label' },
    version: { value: 'V', help: `such as v3; "${OWN}" for the model's own head, or none where it has none` },
    model: MODEL_OPTION,
  },
  run: (args, context) =>
    withProject(args, async (store) => {
      const label = await projectLabel(store, args.required('label'));
      const wanted = args.required('version');
      const head = (await store.heads.ofLabel(label.id)).find(({ version }) => version === wanted);
      if (!head && wanted !== OWN) throw usage('--version', `"${label.name}" has no version "${wanted}"`);
      await withLearning(args, context, store, silent, ({ versions }) => versions.activate(label.id, head?.id ?? null));
      return listed(await versionsOf(args, context, store, label.name));
    }),
};

async function versionsOf(
  args: Arguments,
  context: Context,
  store: ProjectStore,
  only: string | undefined,
): Promise<LabelVersions[]> {
  const labels = only === undefined ? await store.labels.list() : [await projectLabel(store, only)];
  return withLearning(args, context, store, silent, async (learning) => {
    const lists: LabelVersions[] = [];
    for (const { id, name } of labels) lists.push({ label: name, ...(await learning.versions.list(id)) });
    return lists;
  });
}

function listed(labels: readonly LabelVersions[]): Outcome {
  const lines = labels.flatMap(({ label, versions, ownHead }) => [
    label,
    ...versions.map(({ version, active, createdAt, report }) => {
      const scores = report ? `Dice ${report.before.dice.toFixed(3)} -> ${report.after.dice.toFixed(3)}` : 'imported';
      return `${mark(active)} ${version}  ${createdAt.slice(0, 16).replace('T', ' ')}  ${scores}  ${report?.verdict ?? ''}`;
    }),
    ...(ownHead ? [`${mark(ownHead.active)} ${OWN}  the model's "${ownHead.name}"`] : []),
  ]);
  return { exitCode: EXIT.done, json: { labels }, text: lines.map((line) => line.trimEnd()).join('\n') };
}

function mark(active: boolean): string {
  return active ? '*' : ' ';
}
