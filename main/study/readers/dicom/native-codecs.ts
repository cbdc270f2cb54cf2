/**
 * The WebAssembly module of dcmjs-codecs (libjpeg, CharLS, OpenJPEG, OpenJPH), spoken to directly: its JavaScript side
 * needs all of dcmjs and cannot be started anew after a fault. Decoding only, with no conversion of colours.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

export type NativeDecoder = 'DecodeJpeg' | 'DecodeJpegLs' | 'DecodeJpeg2000' | 'DecodeHtJpeg2000';

export interface EncodedFrame {
  readonly bytes: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly bitsStored: number;
  readonly samplesPerPixel: 1 | 3;
  readonly signed: boolean;
}

export interface NativeFrame {
  /** Interleaved, little endian. */
  readonly bytes: Uint8Array;
  readonly bitsAllocated: number;
}

type Functions = Readonly<Record<string, (...values: number[]) => number>> & { readonly memory: WebAssembly.Memory };

/** Of the module's list of photometric interpretations: MONOCHROME2, RGB. */
const GREY = 1;
const RGB = 3;

/** What failed decodings left behind is not freed by anybody: after so many the module is started anew. */
const FAILURES_AN_INSTANCE = 8;
/** Nor does its memory ever shrink. */
const MAX_MEMORY_BYTES = 2 ** 29;

let compiled: Promise<WebAssembly.Module> | undefined;
let instance: Functions | undefined;
let failures = 0;

/** @throws Error with the decoder's reason */
export async function decodeNative(decoder: NativeDecoder, frame: EncodedFrame): Promise<NativeFrame> {
  const functions = instance ?? (await start());
  instance = functions;
  try {
    return decode(functions, decoder, frame);
  } catch (error) {
    failures++;
    // A trap leaves the module in no defined state.
    if (failures >= FAILURES_AN_INSTANCE || error instanceof WebAssembly.RuntimeError) instance = undefined;
    throw error;
  } finally {
    if (functions.memory.buffer.byteLength > MAX_MEMORY_BYTES) instance = undefined;
  }
}

function decode(functions: Functions, decoder: NativeDecoder, frame: EncodedFrame): NativeFrame {
  const call = (name: string, ...values: number[]): number => {
    const found = functions[name];
    if (!found) throw new Error(`the decoder has no function ${name}`);
    // Addresses come as signed integers.
    return found(...values) >>> 0;
  };
  const context = call('CreateCodecsContext');
  const set = (name: string, value: number): number => call(`Set${name}`, context, value);
  set('Columns', frame.widthPx);
  set('Rows', frame.heightPx);
  set('BitsAllocated', frame.bitsStored > 8 ? 16 : 8);
  set('BitsStored', frame.bitsStored);
  set('SamplesPerPixel', frame.samplesPerPixel);
  set('PixelRepresentation', frame.signed ? 1 : 0);
  set('PlanarConfiguration', 0);
  set('PhotometricInterpretation', frame.samplesPerPixel === 3 ? RGB : GREY);
  set('EncodedBufferSize', frame.bytes.length);
  const input = call('GetEncodedBuffer', context);
  // The memory grows, and then is another buffer: it is asked for after every call.
  new Uint8Array(functions.memory.buffer).set(frame.bytes, input);
  const parameters = call('CreateDecoderParameters');
  call('SetConvertColorspaceToRgb', parameters, 0);
  call(decoder, context, parameters);
  call('ReleaseDecoderParameters', parameters);
  const [output, length] = [call('GetDecodedBuffer', context), call('GetDecodedBufferSize', context)];
  const bytes = new Uint8Array(functions.memory.buffer).slice(output, output + length);
  const bitsAllocated = call('GetBitsAllocated', context);
  call('ReleaseCodecsContext', context);
  return { bytes, bitsAllocated };
}

async function start(): Promise<Functions> {
  compiled ??= readFile(require.resolve('dcmjs-codecs/build/dcmjs-native-codecs.wasm')).then((code) =>
    WebAssembly.compile(code),
  );
  // What could not be loaded is tried again with the next frame.
  compiled.catch(() => (compiled = undefined));
  const started: { functions?: Functions } = {};
  const memory = (): ArrayBuffer => started.functions?.memory.buffer ?? new ArrayBuffer(0);
  const text = (at: number, length: number): string => Buffer.from(memory().slice(at, at + length)).toString('latin1');
  const nothing = (): number => 0;
  const { exports } = await WebAssembly.instantiate(await compiled, {
    env: {
      emscripten_notify_memory_growth: nothing,
      onCodecsInfo: nothing,
      onCodecsTrace: nothing,
      onCodecsException: (at: number, length: number) => {
        throw new Error(text(at, length));
      },
    },
    wasi_snapshot_preview1: {
      environ_get: nothing,
      environ_sizes_get: (count: number, size: number) => {
        new DataView(memory()).setUint32(count, 0, true);
        new DataView(memory()).setUint32(size, 0, true);
        return 0;
      },
      proc_exit: (code: number) => {
        throw new WebAssembly.RuntimeError(`the decoder gave up with code ${code}`);
      },
      clock_time_get: nothing,
      // What the libraries write to their standard error is said again by their exceptions.
      fd_write: (_file: number, pieces: number, count: number, written: number) => {
        const view = new DataView(memory());
        let total = 0;
        for (let i = 0; i < count; i++) total += view.getUint32(pieces + 8 * i + 4, true);
        view.setUint32(written, total, true);
        return 0;
      },
      fd_seek: nothing,
      fd_close: nothing,
    },
  });
  const functions = exports as unknown as Functions;
  started.functions = functions;
  failures = 0;
  return functions;
}
