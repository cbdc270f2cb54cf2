/** `sonomask finetune`: a new model folder whose head for a label has learned from the user's masks. */
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { labelSchema, type Model, writeModelWithHead } from '../../../models/folder';
import { type AppError, isAppError } from '../../../shared/errors';
import { finetuneHead, type FinetuneProgress, type LabelledImage } from '../../finetune';
import { type Arguments, usage } from '../arguments';
import { type Command, type Context, exitCodeOf, failureOf } from '../command';
import { MODEL_OPTION, openModel } from '../open-model';
import { openLabelledFolder, readPair } from '../tasks/labelled-folder';

/** A round of a handful of images; with more than 90, two seconds an image. */
const DEFAULT_MINUTES = 3;
const IMAGES_A_MINUTE = 30;
const MAX_DEFAULT_MINUTES = 10;

export const finetune: Command = {
  name: 'finetune',
  summary: "Teach a label's head from images with masks; writes a new model folder.",
  operands: '<folder with img/ and label/>',
  options: {
    label: { value: 'LABEL', help: 'what the masks outline' },
    out: { value: 'MODEL', help: 'the model folder to make; must not exist yet' },
    model: MODEL_OPTION,
    list: { value: 'FILE', help: 'text file with one image name a line: train on these only' },
    val: { value: 'FOLDER', help: 'images with masks to judge by, never trained on' },
    'val-list': { value: 'FILE', help: 'text file with one image name a line: judge by these only' },
    minutes: {
      value: 'N',
      help: `time to take, encoding included; default ${DEFAULT_MINUTES}, above 90 images 2 s each, at most ${MAX_DEFAULT_MINUTES} min`,
    },
    steps: { value: 'N', help: 'steps to take; with --minutes, whichever ends first' },
    seed: { value: 'N', help: 'of the order of images and of what is random; default 1234' },
  },
  details: `
Encoder and decoder stay as they are: only the head of the label learns. A label that the model has no head for gets its
first one. Dice before and after is measured on --val, else on the training images themselves, on the model's 128x128 grid;
"sonomask evaluate" measures at the image's own size.`,
  run: async (args, { progress, signal }) => {
    const label = args.required('label');
    if (!labelSchema.safeParse(label).success) throw usage('--label', `"${label}" cannot be a label`);
    const out = resolve(args.required('out'));
    if (await exists(out)) throw usage('--out', `${out} exists already`);
    const [asked, seed] = [budgetOf(args), args.count('seed', 0)];
    const failures: AppError[] = [];
    const training = await readable(args.operand('folder'), args.text('list'), failures);
    const valFolder = args.text('val') ?? (args.text('val-list') === undefined ? undefined : args.operand('folder'));
    const validation = valFolder === undefined ? [] : await readable(valFolder, args.text('val-list'), failures);
    for (const failure of failures) progress.failed(failureOf(failure));
    const budget = asked ?? { minutes: defaultMinutes(training.length) };
    const model = await openModel(args);
    const result = await finetuneHead({
      ...{ model, label, training, validation, budget, signal },
      ...(seed !== undefined && { seed }),
      onProgress: shownOn(progress),
    });
    const version = nextVersion(model, label);
    const tensors = [...result.weights].map(([name, tensor]) => [name, { dtype: 'F32', ...tensor }] as const);
    await writeModelWithHead(out, model, { label, version, config: result.config, tensors });
    const { startedFrom, steps, minutes, measuredOn, diceBefore, diceAfter } = result;
    return {
      exitCode: exitCodeOf(failures, signal),
      json: {
        ...{ out, label, version, images: training.length, validationImages: validation.length, startedFrom },
        ...{ steps, minutes, measuredOn, before: { dice: diceBefore }, after: { dice: diceAfter } },
        failed: failures.map(failureOf),
      },
      text: [
        `${label}: Dice ${diceBefore.toFixed(3)} -> ${diceAfter.toFixed(3)} on ${measuredOn} images`,
        `${steps} steps on ${training.length} images in ${minutes.toFixed(1)} min, started from ${startedFrom}`,
        `Model: ${out}`,
      ].join('\n'),
    };
  },
};

/** The pairs of a folder that can be read; the others are reported and do not stop the training. */
async function readable(folder: string, list: string | undefined, failures: AppError[]): Promise<LabelledImage[]> {
  const found = await openLabelledFolder(folder, list);
  failures.push(...found.failures);
  const images: LabelledImage[] = [];
  for (const file of found.files) {
    try {
      await readPair(file);
      images.push({ name: file.name, load: () => readPair(file) });
    } catch (error) {
      if (!isAppError(error)) throw error;
      failures.push(error);
    }
  }
  return images;
}

/** What the user asked for, if anything. */
function budgetOf(args: Arguments) {
  const [minutes, steps] = [args.number('minutes', 0), args.count('steps', 1)];
  if (minutes === undefined && steps === undefined) return undefined;
  return { ...(minutes !== undefined && { minutes }), ...(steps !== undefined && { steps }) };
}

function defaultMinutes(images: number): number {
  return Math.min(MAX_DEFAULT_MINUTES, Math.max(DEFAULT_MINUTES, images / IMAGES_A_MINUTE));
}

/** Encoding the images, encoding their augmented copies, and training go at rates of their own. */
function shownOn(progress: Context['progress']): (step: FinetuneProgress) => void {
  let phase = '';
  return (step) => {
    const next = step.phase === 'encode' ? `encode ${step.total}` : step.phase;
    const done = step.phase === 'encode' ? step.done : step.step;
    if (next !== phase) progress.start(done - 1);
    phase = next;
    if (step.phase === 'encode')
      progress.update(done, step.total, step.total ? 'images encoded' : 'with copies encoded');
    else progress.update(done, undefined, 'steps', { loss: Number(step.loss.toFixed(4)), percent: percent(step.done) });
  };
}

/** The last step ends a little after the budget. */
function percent(part: number): number {
  return Math.min(100, Math.round(100 * part));
}

/** v1, v2, ...: the head that the label has, and one more. */
function nextVersion(model: Model, label: string): string {
  const current = model.manifest.heads.find((head) => head.label === label)?.version;
  const number = /^v?(\d+)$/.exec(current ?? '')?.[1];
  return `v${number === undefined ? 1 : Number(number) + 1}`;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
