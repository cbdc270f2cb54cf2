/**
 * Writes an expression graph as ONNX bytes. Equal subexpressions become one node; parameters become graph inputs,
 * inline initializers or references into a `.safetensors` file, as the caller says. Not here: running it (`session.ts`).
 */
import { encodeModel, type GraphMessage, type NodeMessage, type TensorMessage, type ValueInfoMessage } from './proto';
import { type Attribute, invalid, reachable, type Shape, type Value, type ValueType } from './value';

/** Where a parameter's numbers are. `file` is relative to the folder given to the session. */
export type WeightSource =
  | { readonly kind: 'input' }
  | { readonly kind: 'inline'; readonly type: 'float32' | 'float16'; readonly data: Uint8Array }
  | {
      readonly kind: 'external';
      readonly type: 'float32' | 'float16';
      readonly file: string;
      readonly offset: number;
      readonly length: number;
    };

export type WeightLookup = (name: string, shape: Shape) => WeightSource;

const ELEMENT_TYPE = { float32: 1, int64: 7, bool: 9, float16: 10 } as const;
const FLOAT_ATTRIBUTES = new Set(['epsilon']);

/**
 * @param outputs named results, in order. A name must not be that of an input.
 * @param weights says for each parameter where its values come from. float16 values are cast to float32 in the graph.
 */
export function toOnnx(outputs: Readonly<Record<string, Value>>, weights: WeightLookup): Uint8Array {
  const writer = new Writer(weights);
  const names = new Map(reachable(Object.values(outputs)).map((value) => [value, '']));
  for (const value of names.keys()) {
    names.set(
      value,
      writer.write(
        value,
        value.inputs.map((x) => names.get(x) ?? ''),
      ),
    );
  }
  for (const [name, value] of Object.entries(outputs)) writer.output(name, value, names.get(value) ?? '');
  return encodeModel(writer.graph);
}

class Writer {
  readonly graph: GraphMessage = { name: 'sonomask', node: [], initializer: [], input: [], output: [] };
  /** Signature of a written value to its name: the common-subexpression table. */
  private readonly written = new Map<string, string>();

  constructor(private readonly weights: WeightLookup) {}

  /** Writes one value unless an equal one stands already. Returns its name in the graph. */
  write(value: Value, inputs: string[]): string {
    const key = signature(value, inputs);
    const known = this.written.get(key);
    if (known !== undefined) return known;
    const name = this.emit(value, inputs);
    this.written.set(key, name);
    return name;
  }

  output(name: string, value: Value, source: string): void {
    this.graph.node.push(nodeMessage('Identity', [source], name, {}));
    this.graph.output.push(valueInfo(name, value.shape, value.type));
  }

  private emit(value: Value, inputs: string[]): string {
    switch (value.op) {
      case 'Input':
        this.graph.input.push(valueInfo(value.name ?? '', value.shape, value.type));
        return value.name ?? '';
      case 'Param':
        return this.emitParam(value.name ?? '', value.shape);
      case 'Constant': {
        if (!value.data) throw invalid('Constant', 'no data');
        const { buffer, byteOffset, byteLength } = value.data;
        const rawData = new Uint8Array(buffer, byteOffset, byteLength);
        return this.initializer({ dims: value.shape, dataType: ELEMENT_TYPE[value.type], rawData });
      }
      default: {
        const ints = value.ints.map((list) => (list ? this.intVector(list) : ''));
        const name = `v${this.graph.node.length}`;
        this.graph.node.push(nodeMessage(value.op, [...inputs, ...ints], name, value.attrs));
        return name;
      }
    }
  }

  private emitParam(name: string, shape: Shape): string {
    const source = this.weights(name, shape);
    if (source.kind === 'input') {
      this.graph.input.push(valueInfo(name, shape, 'float32'));
      return name;
    }
    const stored = source.type === 'float16' ? `${name}.f16` : name;
    const tensor: TensorMessage = { dims: shape, dataType: ELEMENT_TYPE[source.type], name: stored };
    if (source.kind === 'inline') tensor.rawData = source.data;
    else {
      const entries = { location: source.file, offset: source.offset, length: source.length };
      tensor.dataLocation = 1;
      tensor.externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
    }
    this.graph.initializer.push(tensor);
    if (stored !== name) this.graph.node.push(nodeMessage('Cast', [stored], name, { to: ELEMENT_TYPE.float32 }));
    return name;
  }

  private intVector(values: readonly number[]): string {
    const key = `ints ${values}`;
    const known = this.written.get(key);
    if (known !== undefined) return known;
    const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    const name = this.initializer({ dims: [values.length], dataType: ELEMENT_TYPE.int64, rawData });
    this.written.set(key, name);
    return name;
  }

  private initializer(tensor: Omit<TensorMessage, 'name'>): string {
    const name = `c${this.graph.initializer.length}`;
    this.graph.initializer.push({ ...tensor, name });
    return name;
  }
}

function signature(value: Value, inputs: readonly string[]): string {
  if (value.name !== undefined) return `${value.op} ${value.name}`;
  if (value.data) {
    // Large constants are equal only to themselves; small ones by value.
    return value.data.length > 64 ? `constant #${value.id}` : `constant ${value.type} [${value.shape}] ${value.data}`;
  }
  const ints = value.ints.map((list) => (list ? `[${list}]` : '-')).join();
  return `${value.op} ${inputs} ${ints} ${JSON.stringify(value.attrs)}`;
}

function nodeMessage(opType: string, input: string[], output: string, attrs: Value['attrs']): NodeMessage {
  const attribute = Object.entries(attrs).map(([name, value]) => ({ name, ...attributeValue(name, value) }));
  return { opType, input, output: [output], attribute };
}

function attributeValue(name: string, value: Attribute) {
  if (typeof value === 'string') return { type: 3, s: new TextEncoder().encode(value) };
  if (typeof value === 'object') return { type: 7, ints: value };
  return FLOAT_ATTRIBUTES.has(name) ? { type: 1, f: value } : { type: 2, i: value };
}

function valueInfo(name: string, shape: Shape, type: ValueType): ValueInfoMessage {
  const dim = shape.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[type], shape: { dim } } } };
}
