/** `sonomask evaluate`: a model's scores on images whose masks are known. */
import { setImmediate } from 'node:timers/promises';
import { isAppError, type AppError } from '../../../shared/errors';
import type { Spacing } from '../../../shared/mask';
import type { Predictor } from '../../inference';
import { type Arguments, parseNumber, usage } from '../arguments';
import { type Command, exitCodeOf, failureOf } from '../command';
import { labelOf, MODEL_OPTION, openModel, withPredictor } from '../open-model';
import { evaluateFrame, type EvaluateOptions, type FrameEvaluation, type Score } from '../tasks/evaluate-frame';
import { type LabelledFile, openLabelledFolder, readPair } from '../tasks/labelled-folder';
import { type EvaluationSummary, summarize } from '../tasks/summarize-evaluation';

const DEFAULT_CLICKS = 3;

export const evaluate: Command = {
  name: 'evaluate',
  summary: 'Score proposals and simulated corrections on images whose masks are known.',
  operands: '<folder with img/ and label/>',
  options: {
    model: MODEL_OPTION,
    label: { value: 'LABEL', help: 'whose head proposes; default: the only one of the model' },
    clicks: { value: 'N', help: `simulated clicks; default ${DEFAULT_CLICKS}` },
    list: { value: 'FILE', help: 'text file with one image name a line: only these' },
    spacing: { value: 'MM', help: 'mm a pixel, or "x,y"; HD95 is then given in mm too' },
  },
  details: `
auto: the proposal. clicks[k]: after k corrective clicks, each at the point deepest inside the error (k = 0: the proposal).
fromPoint[k]: the same without a proposal, first click at the deepest point of the mask (k = 0: nothing). box: the tight box
alone. noc85, noc90: mean clicks without a proposal until IoU reaches 0.85, 0.90 (N where it never does); afterProposal:
the same when correcting proposals. With a --label that the model has no head for there is no auto and no clicks.
All at the image's own size; every mask pixel that is not 0 is foreground.`,
  run: async (args, { progress, signal }) => {
    const clicks = args.count('clicks', 0) ?? DEFAULT_CLICKS;
    const spacing = spacingOf(args);
    const { files, failures } = await openLabelledFolder(args.operand('folder'), args.text('list'));
    const model = await openModel(args);
    const given = args.text('label');
    const { heads } = model.manifest;
    const isUntaught = given === undefined ? heads.length === 0 : !heads.some((head) => head.label === given);
    if (isUntaught) progress.note(`The model has no head for ${given ?? 'any label'}: clicks and boxes only.`);
    const options = { label: isUntaught ? undefined : labelOf(model, given), clicks, ...(spacing && { spacing }) };

    const failed: AppError[] = [...failures];
    for (const failure of failures) progress.failed(failureOf(failure));
    progress.start();
    const images = await withPredictor(model, (predictor) =>
      evaluateFiles(predictor, files, options, signal, {
        onProgress: (done, name) => progress.update(done, files.length, name),
        onFailure: (failure) => {
          failed.push(failure);
          progress.failed(failureOf(failure));
        },
      }),
    );
    const summary = summarize(images);
    return {
      exitCode: exitCodeOf(failed, signal),
      json: {
        model: model.manifest.id,
        label: given ?? options.label,
        count: images.length,
        ...summary,
        images,
        failed: failed.map(failureOf),
      },
      text: tableOf(summary, images.length, failed.length),
    };
  },
};

interface Listener {
  onProgress(done: number, name: string): void;
  onFailure(failure: AppError): void;
}

type NamedEvaluation = { readonly name: string } & FrameEvaluation;

async function evaluateFiles(
  predictor: Predictor,
  files: readonly LabelledFile[],
  options: EvaluateOptions,
  signal: AbortSignal,
  listener: Listener,
): Promise<NamedEvaluation[]> {
  const results: NamedEvaluation[] = [];
  for (const [i, file] of files.entries()) {
    // A turn of the event loop, in which Ctrl-C is heard.
    await setImmediate();
    if (signal.aborted) break;
    try {
      const { image, mask } = await readPair(file);
      results.push({ name: file.name, ...(await evaluateFrame(predictor, image, mask, options)) });
    } catch (error) {
      if (!isAppError(error)) throw error;
      listener.onFailure(error);
    }
    listener.onProgress(i + 1, file.name);
  }
  return results;
}

function spacingOf(args: Arguments): Spacing | undefined {
  const text = args.text('spacing');
  if (text === undefined) return undefined;
  const [x, y, ...rest] = text.split(',').map((part) => parseNumber('--spacing', part));
  if (x === undefined || rest.length > 0 || Math.min(x, y ?? x) <= 0)
    throw usage('--spacing', '--spacing takes one number above 0, or two as "x,y"');
  return [x, y ?? x];
}

function tableOf(summary: EvaluationSummary, count: number, failed: number): string {
  const { auto, clicks, fromPoint, box, noc85, noc90, afterProposal } = summary;
  const rows: [string, Score | null][] = [
    ['proposal', auto],
    ...clicks.slice(1).map((score): [string, Score] => [`  after click ${score.clicks}`, score]),
    ...fromPoint.slice(1).map((score): [string, Score] => [`${score.clicks} click(s) alone`, score]),
    ['tight box alone', box],
  ];
  const number = (value: number | null, digits: number) => (value === null ? '-' : value.toFixed(digits)).padStart(8);
  const lines = rows
    .filter((row): row is [string, Score] => row[1] !== null)
    .map(([name, { dice, iou, hd95Px, hd95Mm }]) => {
      const mm = hd95Mm === undefined ? '' : number(hd95Mm, 2);
      return `${name.padEnd(18)}${number(dice, 4)}${number(iou, 4)}${number(hd95Px, 2)}${mm}`;
    });
  const withMm = rows.some(([, score]) => score?.hd95Mm !== undefined);
  return [
    `${count} images${failed ? `, ${failed} failed` : ''}`,
    `${''.padEnd(18)}    Dice     IoU HD95 px${withMm ? ' HD95 mm' : ''}`,
    ...lines,
    `clicks to IoU 0.85 / 0.90: ${number(noc85, 2).trim()} / ${number(noc90, 2).trim()} without a proposal, ` +
      `${number(afterProposal.noc85, 2).trim()} / ${number(afterProposal.noc90, 2).trim()} after one`,
  ].join('\n');
}
