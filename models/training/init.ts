/**
 * Start values of weights that no foundation gives. New parts that are added to a pretrained network start as if they
 * were not there; everything else starts as PyTorch's layers do.
 */
import { type Shape, sizeOf } from '../graph/value';
import { type Random, seededRandom } from './random';

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

/** Standard normal by Box-Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
