/** `sonomask demo`: shows on simulated images that everything works. */
import { resolve } from 'node:path';
import { usage } from '../arguments';
import { type Command, exitCodeOf } from '../command';
import { MODEL_OPTION, openModel, withPredictor } from '../open-model';
import { type DemoImage, demoStudy } from '../tasks/demo-study';

const DEFAULT_OUT = 'sonomask-demo';

export const demo: Command = {
  name: 'demo',
  summary: 'Make a small simulated study, annotate it, tell where it is and how good the masks are.',
  operands: '',
  options: {
    out: { value: 'DIR', help: `folder for the study and the masks; default ./${DEFAULT_OUT}` },
    model: MODEL_OPTION,
  },
  details: `
Writes DIR/img (simulated images), DIR/label (their exact masks), DIR/proposal (what the model proposes) and DIR/overlay
(both as outlines: orange exact, green proposed). "sonomask evaluate DIR --label L" reads it.`,
  run: async (args, { progress, signal }) => {
    if (args.operands.length > 0) throw usage('demo', 'demo takes no operands');
    const out = resolve(args.text('out') ?? DEFAULT_OUT);
    const model = await openModel(args);
    progress.start();
    const images = await withPredictor(model, (predictor) =>
      demoStudy({ predictor, out, signal, onProgress: (done, total, name) => progress.update(done, total, name) }),
    );
    if (images.length === 0 && !signal.aborted) {
      throw usage('--model', `${model.folder} has no head for breast-lesion or fetal-head, which the demo draws`);
    }
    const byLabel = meanByLabel(images);
    return {
      exitCode: exitCodeOf([], signal),
      json: { out, model: model.manifest.id, dice: byLabel, images },
      text: [
        ...Object.entries(byLabel).map(([label, mean]) => `${label}: Dice ${mean.toFixed(3)}`),
        `Study, masks and overlays: ${out}`,
      ].join('\n'),
    };
  },
};

function meanByLabel(images: readonly DemoImage[]): Record<string, number> {
  const labels = [...new Set(images.map(({ label }) => label))];
  const of = (label: string) => images.filter((image) => image.label === label).map((image) => image.dice);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Object.fromEntries(labels.map((label) => [label, mean(of(label))]));
}
