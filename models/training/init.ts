/**
 * Start values of weights that no foundation gives. New parts that are added to a pretrained network start as if they
 * were not there; everything else starts as PyTorch's layers do.
 */
import type { HeadConfig, ModelConfig } from '../autosamus/config';
import { headGraph, isHeadWeight } from '../autosamus/graphs';
import { parametersOf, type Shape, sizeOf } from '../graph/value';
import { type Random, seededRandom } from './random';
import type { Tensors } from './trainer';

/** Zero at the start, so that the adapted encoder begins as the foundation. */
const SILENT = [/Space_Adapter\.proj\./, /(MLP|input)_Adapter\.D_fc2\./];

/**
 * @param name state-dict key; it decides the distribution
 * @param seed same seed, same numbers, whatever else is initialised
 */
export function initialWeight(name: string, shape: Shape, seed: number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  if (SILENT.some((pattern) => pattern.test(name)) || name.endsWith('bias')) return values;
  if (shape.length === 1) return values.fill(1);
  const random = seededRandom(`${seed} ${name}`);
  if (name.endsWith('object_token')) return values.map(() => normal(random));
  // Uniform within 1/sqrt(fan in): PyTorch's default for Linear and Conv2d.
  const bound = 1 / Math.sqrt(sizeOf(shape.slice(1)));
  return values.map(() => (2 * random() - 1) * bound);
}

/** A head that has learned nothing yet. */
export function neutralHead(model: ModelConfig, head: HeadConfig, seed: number): Tensors {
  const shapes = [...parametersOf(Object.values(headGraph(model, head, 1)))].filter(([name]) => isHeadWeight(name));
  return new Map(shapes.map(([name, shape]) => [name, { shape, data: initialWeight(name, shape, seed) }]));
}

/** Standard normal by Box-Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
