/**
 * Constant folding: whatever depends on weights and constants only is computed once, when a model is loaded. In
 * AutoSAMUS these are the adapted positional embedding, the dense positional encoding and SAM's prompt tokens.
 */
import type { WeightLookup } from './onnx';
import { createSession, type SessionOptions } from './session';
import { constant, reachable, type Value } from './value';

/** Folding these alone would only copy a weight. */
const LAYOUT_OPS = new Set(['Reshape', 'Transpose', 'Slice', 'Expand', 'Concat', 'Gather']);

/** Returns `outputs` with every input-independent computation replaced by its result. */
export async function foldConstants<Names extends string>(
  outputs: Readonly<Record<Names, Value>>,
  weights: WeightLookup,
  options: SessionOptions = {},
): Promise<Record<Names, Value>> {
  const order = reachable(Object.values<Value>(outputs));
  const fixed = new Set<Value>();
  for (const value of order) {
    const isFixedLeaf =
      value.op === 'Constant' || (value.op === 'Param' && weights(value.name ?? '', value.shape).kind !== 'input');
    if (isFixedLeaf || (value.inputs.length > 0 && value.inputs.every((x) => fixed.has(x)))) fixed.add(value);
  }
  const results = await evaluate(foldable(order, fixed), weights, options);
  const rewritten = new Map<Value, Value>();
  for (const value of order) {
    const inputs = value.inputs.map((x) => rewritten.get(x) ?? x);
    const changed = inputs.some((x, i) => x !== value.inputs[i]);
    rewritten.set(value, results.get(value) ?? (changed ? { ...value, inputs } : value));
  }
  const entries = Object.entries<Value>(outputs).map(([name, value]) => [name, rewritten.get(value) ?? value]);
  return Object.fromEntries(entries) as Record<Names, Value>;
}

/** The last fixed values before something that varies, where real work is saved. */
function foldable(order: readonly Value[], fixed: ReadonlySet<Value>): Value[] {
  const worthwhile = (value: Value): boolean =>
    value.inputs.length > 0 && (!LAYOUT_OPS.has(value.op) || value.inputs.some(worthwhile));
  const frontier = order.filter((value) => !fixed.has(value)).flatMap((value) => value.inputs);
  return [...new Set(frontier)].filter((value) => fixed.has(value) && value.type === 'float32' && worthwhile(value));
}

async function evaluate(values: Value[], weights: WeightLookup, options: SessionOptions): Promise<Map<Value, Value>> {
  if (values.length === 0) return new Map();
  const named = Object.fromEntries(values.map((value, i) => [`folded${i}`, value]));
  const session = await createSession(named, weights, options);
  try {
    const results = await session.run({});
    return new Map(
      values.map((value, i) => {
        const result = results[`folded${i}`];
        // The id stays, so that inputs keep smaller ids than their users.
        return [value, result ? { ...constant(result.data, value.shape), id: value.id } : value];
      }),
    );
  } finally {
    await session.release();
  }
}
