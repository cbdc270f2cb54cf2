/**
 * The training of a round as a file, from which it continues exactly. It appears whole or not at all, and belongs to one
 * round with its very frames and masks: for any other it is as if it were not there.
 */
import { z } from 'zod';
import { readSafetensors, readSafetensorsHeader, toFloat32, writeSafetensors } from '../../models/checkpoint';
import type { Tensors, TrainingState } from '../../models/training';
import { roundReport } from '../../shared/domain';
import { isAppError } from '../../shared/errors';

export interface Checkpoint {
  /** One for each lesson, all after the same number of steps. */
  readonly states: readonly TrainingState[];
  /** Heads as they were when they proposed best, one for each lesson; null before the first look. */
  readonly best: { readonly step: number; readonly dice: number; readonly heads: readonly Tensors[] } | null;
  readonly curve: z.infer<typeof curveSchema>;
  /** Wall clock of the round up to here, pauses not counted. */
  readonly spentMs: number;
  /** Nothing more is to be trained. */
  readonly ended: boolean;
}

const curveSchema = roundReport.unwrap().shape.curve;
const aboutSchema = z.strictObject({
  round: z.string(),
  step: z.int().min(0),
  best: z.strictObject({ step: z.int(), dice: z.number() }).nullable(),
  curve: curveSchema,
  spentMs: z.number(),
  ended: z.boolean(),
});

/** @param round hash of what the training depends on */
export async function writeCheckpoint(path: string, round: string, checkpoint: Checkpoint): Promise<void> {
  const { states, best, curve, spentMs, ended } = checkpoint;
  const named = (prefix: string, sets: readonly Tensors[]) =>
    sets.flatMap((tensors, i) =>
      [...tensors].map(([name, tensor]) => [`${prefix}${i}/${name}`, { dtype: 'F32', ...tensor }] as const),
    );
  const about: z.infer<typeof aboutSchema> = {
    ...{ round, step: states[0]?.step ?? 0, curve, spentMs, ended },
    best: best && { step: best.step, dice: best.dice },
  };
  const tensors = [
    ...named(
      'state',
      states.map((state) => state.tensors),
    ),
    ...named('best', best?.heads ?? []),
  ];
  await writeSafetensors(path, tensors, { about: JSON.stringify(about) });
}

/** Undefined where there is none, or one of another round, or a damaged one: the training then begins anew. */
export async function readCheckpoint(path: string, round: string): Promise<Checkpoint | undefined> {
  try {
    const { metadata } = await readSafetensorsHeader(path);
    const about = aboutSchema.parse(JSON.parse(metadata['about'] ?? ''));
    if (about.round !== round) return undefined;
    const sets: Record<'state' | 'best', Tensors[]> = { state: [], best: [] };
    for (const [key, tensor] of await readSafetensors(path)) {
      const [, kind, index, name] = /^(state|best)(\d+)\/(.*)$/.exec(key) ?? [];
      if ((kind !== 'state' && kind !== 'best') || name === undefined) return undefined;
      const tensors = (sets[kind][Number(index)] ??= new Map());
      tensors.set(name, { shape: tensor.shape, data: toFloat32(tensor) });
    }
    const { step, best, curve, spentMs, ended } = about;
    const states = sets.state.map((tensors) => ({ tensors, step }));
    return { states, best: best && { ...best, heads: sets.best }, curve, spentMs, ended };
  } catch (error) {
    if (isAppError(error) || error instanceof SyntaxError || error instanceof z.ZodError) return undefined;
    throw error;
  }
}
