/**
 * Runs graphs in onnxruntime. `run` and `create` block their process (see docs/architecture.md): callers that must stay
 * responsive keep sessions in a worker process.
 */
import * as ort from 'onnxruntime-node';
import { AppError } from '../../shared/errors';
import { toOnnx, type WeightLookup } from './onnx';
import { reachable, sizeOf, type Shape, type Value } from './value';

// From 1.29 on onnxruntime's own packages write down how they are used, under an id of the computer, and send it to Microsoft. This
// must be set before the first session. On Windows events go to the system's own tracing alone, which has no such switch.
process.env['ORT_DISABLE_TELEMETRY'] = '1';
// What fails is thrown, and told by whoever catches it: not on standard error besides.
ort.env.logLevel = 'fatal';

/** A float32 tensor in memory, row-major. */
export interface TensorData {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface SessionOptions {
  /** Folder that external weights are relative to. */
  readonly weightsFolder?: string;
  /** Threads within one operator; 0 lets onnxruntime choose (physical cores). */
  readonly threads?: number;
  /** onnxruntime execution provider; the default is 'cpu'. */
  readonly provider?: 'cpu' | 'webgpu' | 'dml' | 'coreml' | 'cuda';
  /** Keep weights mapped from their file instead of copying them into the kernels' own layout. */
  readonly keepMapped?: boolean;
}

/** A compiled graph. */
export interface Session {
  /**
   * @throws AppError 'graph-invalid' when an input is missing or has the wrong shape, 'provider-failed' when the provider
   *   fails at it: a device that is lost, or has no memory left.
   */
  run(inputs: Readonly<Record<string, TensorData>>): Promise<Record<string, TensorData>>;
  release(): Promise<void>;
}

/**
 * Compiles `outputs` into a session.
 * @throws AppError 'provider-failed' when the provider cannot start or the graph cannot be loaded.
 */
export async function createSession(
  outputs: Readonly<Record<string, Value>>,
  weights: WeightLookup,
  options: SessionOptions = {},
): Promise<Session> {
  const provider = options.provider ?? 'cpu';
  const shapes = new Map<string, Shape>();
  for (const value of reachable(Object.values(outputs))) {
    if (value.name === undefined) continue;
    if (value.op === 'Input' || weights(value.name, value.shape).kind === 'input') shapes.set(value.name, value.shape);
  }
  try {
    const session = await ort.InferenceSession.create(toOnnx(outputs, weights), {
      executionProviders: [provider],
      graphOptimizationLevel: 'all',
      // Planning memory ahead keeps a second arena: 360 MB more for ViT-B, 85 MB for the bundled model, no faster.
      enableMemPattern: false,
      intraOpNumThreads: options.threads ?? 0,
      logSeverityLevel: 3,
      extra: {
        session: {
          ...(options.weightsFolder && { model_external_initializers_file_folder_path: options.weightsFolder }),
          ...(options.keepMapped && { disable_prepacking: '1' }),
        },
      },
    });
    return { run: (inputs) => run(session, provider, shapes, inputs), release: () => session.release() };
  } catch (cause) {
    throw failedOn(provider, cause);
  }
}

function failedOn(provider: string, cause: unknown): AppError {
  return new AppError('provider-failed', provider, cause instanceof Error ? cause.message : String(cause), { cause });
}

async function run(
  session: ort.InferenceSession,
  provider: string,
  shapes: ReadonlyMap<string, Shape>,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Record<string, TensorData>> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, shape] of shapes) {
    const given = inputs[name];
    if (!given || given.shape.join() !== shape.join() || given.data.length !== sizeOf(shape)) {
      throw new AppError('graph-invalid', name, `expected [${shape}], got ${given ? `[${given.shape}]` : 'nothing'}`);
    }
    feeds[name] = new ort.Tensor('float32', given.data, shape);
  }
  const results = await session.run(feeds).catch((cause: unknown) => {
    throw failedOn(provider, cause);
  });
  return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toTensorData(name, tensor)]));
}

function toTensorData(name: string, tensor: ort.Tensor): TensorData {
  if (!(tensor.data instanceof Float32Array)) throw new AppError('graph-invalid', name, `result is ${tensor.type}`);
  return { shape: tensor.dims, data: tensor.data };
}
