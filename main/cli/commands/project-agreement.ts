/** `sonomask project agreement`: how far two readers of a project agree. */
import { resolve } from 'node:path';
import type { AgreementReport, LabelAgreement, Reading } from '../../../shared/domain';
import { compare, planAgreement, reportOf, writeTables } from '../../agreement';
import type { ProjectStore } from '../../project';
import { type Arguments, usage } from '../arguments';
import { type Command, EXIT, type Outcome } from '../command';
import { withProject } from '../open-project';

export const projectAgreement: Command = {
  name: 'project agreement',
  summary: 'How far two readers of a project agree: Dice, HD95, ASSD, Bland-Altman.',
  operands: '<project folder>',
  options: {
    readers: { value: 'A,B', help: 'names of two readings; "main" is the first reader’s' },
    out: { value: 'FILE.csv', help: 'writes a line a frame there, and FILE-summary.csv with a line a patient' },
  },
  details: `
Compared are frames that both have read (corrected, accepted or rejected): what each stands for there, all masks of a label
together. A frame that one has outlined and the other has not is counted and named, and has
no part in the means. Millimetres where all that both have outlined of a label is calibrated, else pixels. Limits of
agreement are the mean of first - second -+ 1.96 SD (Bland and Altman 1986); frames of one patient count singly.`,
  run: (args, { progress, signal }) =>
    withProject(args, async (store) => {
      const [first, second] = await readersOf(args, store);
      const plan = await planAgreement(store, [first.id, second.id], signal);
      progress.start();
      const rows = await compare(plan.pairs, {
        signal,
        onProgress: ({ done, total }) => progress.update(done, total, 'comparisons'),
      });
      const report = reportOf(plan, rows);
      const out = args.text('out');
      const files = out === undefined ? [] : await writeTables(report, resolve(out));
      return { exitCode: EXIT.done, json: { ...report, files }, text: textOf(report, files) };
    }),
};

async function readersOf(args: Arguments, store: ProjectStore): Promise<readonly [Reading, Reading]> {
  const names = args.required('readers').split(',');
  const all = await store.readings.list();
  const [first, second, ...more] = names.map((name) => all.find((each) => each.name === name.trim()));
  if (names.length === 2 && first && second && more.length === 0) return [first, second];
  throw usage('--readers', `--readers takes two of: ${all.map(({ name }) => name).join(', ')}`);
}

function textOf(
  { readers: [first, second], frames, readByOne, labels, rows }: AgreementReport,
  files: readonly string[],
): Outcome['text'] {
  const alone = rows.filter(({ outlined }) => outlined !== 'both');
  const lines = [
    `${first.name} and ${second.name}: ${frames} frames read by both`,
    ...labels.flatMap(labelLines),
    ...alone.map(({ relativePath, frameIndex, outlined }) => {
      const by = outlined === 'first' ? first.name : second.name;
      return `outlined by ${by} only: ${relativePath} frame ${frameIndex + 1}`;
    }),
    ...(readByOne.length > 0 ? [`read by one only: ${readByOne.length} frames`] : []),
    ...files,
  ];
  return lines.join('\n');
}

function labelLines({ name, both, onlyFirst, onlySecond, neither, unit, ...label }: LabelAgreement): string[] {
  const number = (value: number | null, digits = 2): string => (value === null ? '-' : value.toFixed(digits));
  const counts = `${both} outlined by both, ${onlyFirst} and ${onlySecond} by one, ${neither} by neither`;
  const spreads = (['dice', 'hd95', 'assd'] as const).map((measure) => {
    const { mean, sd, median, low, high } = label[measure];
    const digits = measure === 'dice' ? 3 : 2;
    const [of, width] = [measure === 'dice' ? 'Dice' : `${measure.toUpperCase()} ${unit}`, 9];
    const range = `${number(low, digits)} - ${number(high, digits)}`;
    return `  ${of.padEnd(width)} ${number(mean, digits)} +- ${number(sd, digits)}, median ${number(median, digits)}, ${range}`;
  });
  const limits = (['area', 'diameter'] as const).map((measure) => {
    const { bias, limits: around } = label[measure];
    const unitOf = measure === 'area' ? `${unit}2` : unit;
    return `  ${measure} bias ${number(bias)} ${unitOf}, limits ${number(around?.[0] ?? null)} to ${number(around?.[1] ?? null)}`;
  });
  return [`${name}: ${counts}`, ...spreads, ...limits];
}
