/**
 * An unpickler that builds data and runs nothing: numbers, strings, tuples, lists, dicts, and calls of an allow-list of
 * functions that the caller supplies. Any other opcode or global is refused. It works on a buffer with a stack of its own
 * (no recursion) and says where a pickle ends, because the legacy container of PyTorch strings several together.
 * Not a general one: the text opcodes of protocol 0 and object construction are left out; torch.save writes neither.
 * Opcodes: CPython's Lib/pickletools.py.
 */
import { corrupt, unsafe } from './file';
import { PickleReader } from './pickle-reader';

/** A Python tuple; lists are arrays of the other kind. */
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** An allow-listed global: a function or class (`call`), or a bare name where it is only mentioned. */
export interface Global {
  readonly kind: 'global';
  readonly name: string;
  readonly call?: (args: readonly PickleValue[]) => PickleValue;
}

/** What the caller's functions return; the unpickler passes it on without looking. */
export interface Foreign {
  readonly kind: 'tensor' | 'storage' | 'ignored';
}

/** Dicts are Maps, so a key such as `__proto__` is a key and nothing else. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tuple
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Global
  | Foreign;

/** What a pickle may refer to. */
export interface PickleContext {
  /** The file, for errors. */
  readonly path: string;
  /** Allow-listed globals by `module.name`. */
  readonly globals: ReadonlyMap<string, Global>;
  /** Resolves a persistent id (a storage, in PyTorch's use). */
  readonly persistentLoad: (id: PickleValue) => PickleValue;
}

// Bounds on what a pickle of a few bytes per opcode can make us allocate. A ViT-B training checkpoint with the state of
// its optimiser takes about 60,000 values, of which 10,000 are containers.
const MAX_VALUES = 300_000;
const MAX_CONTAINERS = 150_000;

/** The stack machine of one pickle. */
class Unpickler {
  private stack: PickleValue[] = [];
  /** Stacks set aside by MARK, the innermost last. */
  private readonly marked: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();
  private valueCount = 0;
  private containerCount = 0;

  constructor(
    private readonly reader: PickleReader,
    private readonly context: PickleContext,
  ) {}

  /** Runs opcodes up to STOP and returns the one value they leave. */
  run(): PickleValue {
    for (;;) {
      const opcode = this.reader.uint8();
      if (opcode === 0x2e) return this.pop(); // STOP
      if (!this.scalar(opcode) && !this.container(opcode) && !this.bookkeeping(opcode)) {
        const hex = opcode.toString(16).padStart(2, '0');
        throw unsafe(this.context.path, `pickle opcode 0x${hex} at byte ${this.reader.position - 1} is not allowed`);
      }
    }
  }

  private push(value: PickleValue): true {
    if (++this.valueCount > MAX_VALUES) throw unsafe(this.context.path, `the pickle holds over ${MAX_VALUES} values`);
    this.stack.push(value);
    return true;
  }

  private pushContainer(value: PickleValue[] | Tuple | Map<PickleValue, PickleValue>): true {
    if (++this.containerCount > MAX_CONTAINERS) {
      throw unsafe(this.context.path, `the pickle holds over ${MAX_CONTAINERS} lists, tuples and dicts`);
    }
    return this.push(value);
  }

  private broken(reason: string): Error {
    return corrupt(this.context.path, `${reason} before byte ${this.reader.position} of the pickle`);
  }

  private pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) throw this.broken('a value is missing');
    return value;
  }

  private top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.broken('a value is missing');
    return value;
  }

  private popMany(count: number): PickleValue[] {
    if (this.stack.length < count) throw this.broken('a value is missing');
    return this.stack.splice(this.stack.length - count, count);
  }

  /** The values since the last MARK, which is removed. */
  private popMark(): PickleValue[] {
    const outer = this.marked.pop();
    if (!outer) throw this.broken('a mark is missing');
    const items = this.stack;
    this.stack = outer;
    return items;
  }

  /** Opcodes that push one value without sub-values. */
  private scalar(opcode: number): boolean {
    const { reader } = this;
    switch (opcode) {
      case 0x4e: // NONE
        return this.push(null);
      case 0x88: // NEWTRUE
        return this.push(true);
      case 0x89: // NEWFALSE
        return this.push(false);
      case 0x4a: // BININT
        return this.push(reader.int32());
      case 0x4b: // BININT1
        return this.push(reader.uint8());
      case 0x4d: // BININT2
        return this.push(reader.uint16());
      case 0x8a: // LONG1
        return this.push(reader.integer(reader.uint8()));
      case 0x8b: // LONG4
        return this.push(reader.integer(reader.uint32()));
      case 0x47: // BINFLOAT
        return this.push(reader.float64());
      case 0x58: // BINUNICODE
        return this.push(reader.utf8(reader.uint32()));
      case 0x8c: // SHORT_BINUNICODE
        return this.push(reader.utf8(reader.uint8()));
      case 0x8d: // BINUNICODE8
        return this.push(reader.utf8(reader.uint64()));
      case 0x54: // BINSTRING: `str` of Python 2, names in checkpoints of its time
        return this.push(reader.utf8(reader.uint32()));
      case 0x55: // SHORT_BINSTRING
        return this.push(reader.utf8(reader.uint8()));
      case 0x42: // BINBYTES
        return this.push(reader.take(reader.uint32()));
      case 0x43: // SHORT_BINBYTES
        return this.push(reader.take(reader.uint8()));
      case 0x8e: // BINBYTES8
        return this.push(reader.take(reader.uint64()));
      default:
        return false;
    }
  }

  /** Opcodes that make or fill tuples, lists and dicts. */
  private container(opcode: number): boolean {
    switch (opcode) {
      case 0x29: // EMPTY_TUPLE
        return this.pushContainer(new Tuple([]));
      case 0x85: // TUPLE1, TUPLE2, TUPLE3
      case 0x86:
      case 0x87:
        return this.pushContainer(new Tuple(this.popMany(opcode - 0x84)));
      case 0x74: // TUPLE
        return this.pushContainer(new Tuple(this.popMark()));
      case 0x5d: // EMPTY_LIST; EMPTY_SET: nobody asks a set anything here, so a list does
      case 0x8f:
        return this.pushContainer([]);
      case 0x61: // APPEND
        return this.append([this.pop()]);
      case 0x65: // APPENDS, ADDITEMS
      case 0x90:
        return this.append(this.popMark());
      case 0x7d: // EMPTY_DICT
        return this.pushContainer(new Map());
      case 0x73: // SETITEM
        return this.setItems(this.popMany(2));
      case 0x75: // SETITEMS
        return this.setItems(this.popMark());
      default:
        return false;
    }
  }

  private append(items: readonly PickleValue[]): true {
    const list = this.top();
    if (!Array.isArray(list)) throw this.broken('something is appended to what is not a list');
    for (const item of items) list.push(item);
    return true;
  }

  private setItems(items: readonly PickleValue[]): true {
    const dict = this.top();
    if (!(dict instanceof Map)) throw this.broken('an item is set in what is not a dict');
    if (items.length % 2 !== 0) throw this.broken('a dict key has no value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i] as PickleValue, items[i + 1] as PickleValue);
    return true;
  }

  /** Opcodes of framing, stack, memo, globals and calls. */
  private bookkeeping(opcode: number): boolean {
    const { reader } = this;
    switch (opcode) {
      case 0x80: // PROTO
        if (reader.uint8() > 5) throw this.broken('an unknown protocol is named');
        return true;
      case 0x95: // FRAME: a hint for buffered reading
        reader.uint64();
        return true;
      case 0x28: // MARK
        if (++this.containerCount > MAX_CONTAINERS) throw unsafe(this.context.path, 'the pickle holds too many marks');
        this.marked.push(this.stack);
        this.stack = [];
        return true;
      case 0x30: // POP
        this.pop();
        return true;
      case 0x31: // POP_MARK
        this.popMark();
        return true;
      case 0x71: // BINPUT
        return this.memorise(reader.uint8());
      case 0x72: // LONG_BINPUT
        return this.memorise(reader.uint32());
      case 0x94: // MEMOIZE
        return this.memorise(this.memo.size);
      case 0x68: // BINGET
        return this.recall(reader.uint8());
      case 0x6a: // LONG_BINGET
        return this.recall(reader.uint32());
      case 0x63: // GLOBAL
        return this.global(reader.line(), reader.line());
      case 0x93: // STACK_GLOBAL
        return this.stackGlobal();
      case 0x52: // REDUCE
        return this.call();
      case 0x62: // BUILD: state of an object, such as the `_metadata` of a state dict; no tensor is kept there
        this.pop();
        this.top();
        return true;
      case 0x51: // BINPERSID
        return this.push(this.context.persistentLoad(this.pop()));
      default:
        return false;
    }
  }

  private memorise(index: number): true {
    this.memo.set(index, this.top());
    if (this.memo.size > MAX_VALUES) throw unsafe(this.context.path, `the pickle memorises over ${MAX_VALUES} values`);
    return true;
  }

  private recall(index: number): true {
    const value = this.memo.get(index);
    if (value === undefined) throw this.broken(`memo entry ${index} is used and was never made`);
    return this.push(value);
  }

  private global(module: string, name: string): true {
    const global = this.context.globals.get(`${module}.${name}`);
    if (!global) throw unsafe(this.context.path, `the pickle asks for ${module}.${name}, which is not allowed`);
    return this.push(global);
  }

  private stackGlobal(): true {
    const [module, name] = this.popMany(2);
    if (typeof module !== 'string' || typeof name !== 'string') throw this.broken('the name of a global is no string');
    return this.global(module, name);
  }

  private call(): true {
    const [callee, args] = this.popMany(2);
    if (!isGlobal(callee) || !callee.call) throw this.broken('something is called that is no function');
    if (!(args instanceof Tuple)) throw this.broken(`the arguments of ${callee.name} are no tuple`);
    const result = callee.call(args.items);
    if (!(result instanceof Map)) return this.push(result);
    // A dict made from another is a copy: a few bytes of pickle that can ask for it again and again.
    this.valueCount += result.size;
    return this.pushContainer(result);
  }
}

export function isGlobal(value: PickleValue | undefined): value is Global {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'global';
}

/**
 * Reads one pickle that begins at `start`. Returns its value and the position after it. Throws `checkpoint-unsafe` for a
 * global or opcode that is not allowed and for a pickle that outgrows the bounds, `checkpoint-corrupt` for a malformed one.
 */
export function unpickle(
  bytes: Uint8Array,
  start: number,
  context: PickleContext,
): { readonly value: PickleValue; readonly end: number } {
  const reader = new PickleReader(bytes, start, context.path);
  const value = new Unpickler(reader, context).run();
  return { value, end: reader.position };
}
