/** The model that a command works with, and the label it proposes. */
import { type Model, readModel } from '../../models/folder';
import { bundledModelFolder } from '../../models/weights';
import { Predictor } from '../inference';
import { type Arguments, usage } from './arguments';

export const MODEL_OPTION = { value: 'MODEL', help: 'model folder; default: the bundled model' } as const;

/** @throws AppError as `readModel` does. */
export function openModel(args: Arguments): Promise<Model> {
  return readModel(args.text('model') ?? bundledModelFolder());
}

/**
 * The label given, or the only one that the model has a head for.
 * @throws AppError `label-unknown` for a label without head, `usage` where the choice is open.
 */
export function labelOf(model: Model, given: string | undefined): string {
  if (given !== undefined) return model.head(given).label;
  const [only, ...others] = model.manifest.heads;
  if (only && others.length === 0) return only.label;
  const labels = model.manifest.heads.map(({ label }) => label);
  if (!only) throw usage('--label', `${model.folder} has no head, so it proposes nothing`);
  throw usage('--label', `the model has heads for ${labels.join(', ')}: choose one with --label`);
}

/** Runs `use` with a predictor, whose sessions end with it. */
export async function withPredictor<T>(model: Model, use: (predictor: Predictor) => Promise<T>): Promise<T> {
  const predictor = new Predictor(model);
  try {
    return await use(predictor);
  } finally {
    await predictor.dispose();
  }
}
