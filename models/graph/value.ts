/**
 * The expression graph: an immutable `Value` is one tensor, computed by one op from other values. There is no builder
 * object: ops are plain functions from values to values (`ops.ts`), `onnx.ts` walks from outputs to leaves and writes
 * what it finds, and `gradients.ts` walks the same structure backwards. Shapes are static and known at once.
 */
import { AppError } from '../../shared/errors';

export type Shape = readonly number[];
export type ValueType = 'float32' | 'int64' | 'bool';
export type Attribute = number | string | readonly number[];

/** One tensor. Leaves are `Input`, `Param` and `Constant`; every other `op` is the ONNX operator of that name. */
export interface Value {
  /** Creation order: an op's inputs always have smaller ids, which makes every walk topological. */
  readonly id: number;
  readonly op: string;
  readonly inputs: readonly Value[];
  /** ONNX attributes. Floats are marked by name in `onnx.ts`; everything else numeric is an int. */
  readonly attrs: Readonly<Record<string, Attribute>>;
  /** Constant int64 inputs that follow `inputs` (shape, axes, pads); null leaves an optional input out. */
  readonly ints: readonly (readonly number[] | null)[];
  readonly shape: Shape;
  readonly type: ValueType;
  /** Set on leaves: the name of an input or parameter. */
  readonly name?: string;
  /** Set on constants. */
  readonly data?: Float32Array | BigInt64Array;
}

let nextId = 0;

/** Creates a value computed by ONNX operator `op`. Use the functions of `ops.ts`, which infer the shape. */
export function node(
  op: string,
  inputs: readonly Value[],
  shape: Shape,
  extra: { attrs?: Value['attrs']; ints?: Value['ints']; type?: ValueType } = {},
): Value {
  return {
    id: nextId++,
    op,
    inputs,
    shape,
    attrs: extra.attrs ?? {},
    ints: extra.ints ?? [],
    type: extra.type ?? 'float32',
  };
}

/** A tensor given at every run. */
export function input(name: string, shape: Shape, type: ValueType = 'float32'): Value {
  return { ...node('Input', [], shape, { type }), name };
}

/** A weight, known by its state-dict name. Two parameters of one name are the same tensor. */
export function param(name: string, shape: Shape): Value {
  return { ...node('Param', [], shape), name };
}

/** A tensor fixed in the graph. */
export function constant(data: Float32Array | readonly number[], shape: Shape): Value {
  const array = data instanceof Float32Array ? data : Float32Array.from(data);
  if (array.length !== sizeOf(shape)) throw invalid('Constant', `${array.length} values for shape [${shape}]`);
  return { ...node('Constant', [], shape), data: array };
}

/** A rank-0 constant. */
export function scalar(value: number): Value {
  return constant([value], []);
}

/** A constant int64 vector, for comparison with `ArgMax`. */
export function intConstant(data: readonly number[], shape: Shape): Value {
  return { ...node('Constant', [], shape, { type: 'int64' }), data: BigInt64Array.from(data, BigInt) };
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

export function invalid(op: string, message: string): AppError {
  return new AppError('graph-invalid', op, message);
}

/** Every value that `outputs` depend on, inputs before users. */
export function reachable(outputs: readonly Value[]): Value[] {
  const seen = new Set<Value>();
  const stack = [...outputs];
  for (let value = stack.pop(); value; value = stack.pop()) {
    if (seen.has(value)) continue;
    seen.add(value);
    stack.push(...value.inputs);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

/** The parameters that `outputs` depend on, by name. Throws when one name is used with two shapes. */
export function parametersOf(outputs: readonly Value[]): Map<string, Shape> {
  const found = new Map<string, Shape>();
  for (const value of reachable(outputs)) {
    if (value.op !== 'Param' || value.name === undefined) continue;
    const known = found.get(value.name);
    if (known && known.join() !== value.shape.join()) {
      throw invalid(value.name, `used with shapes [${known}] and [${value.shape}]`);
    }
    found.set(value.name, value.shape);
  }
  return found;
}
