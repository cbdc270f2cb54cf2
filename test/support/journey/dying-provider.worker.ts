/**
 * The encode worker on a graphics card that dies: sessions for WebGPU are the CPU's until a frame is encoded in whose run the
 * device is lost, or the process ends as with a driver. Once dead it stays so. It stands for hardware that is not here; from
 * onnxruntime's session on everything is the program's own.
 */
import { existsSync, writeFileSync } from 'node:fs';
import * as ort from 'onnxruntime-node';
import { encodeApi } from '../../../main/inference/encode-api';
import { serveWorker } from '../../../main/inference';

const { DEATH_AFTER = '0', DEATH_KIND = 'lost', DEATH_MARK = '' } = process.env;
const { InferenceSession } = ort;
const create = InferenceSession.create.bind(InferenceSession) as (
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
) => Promise<ort.InferenceSession>;
let encoded = 0;

function die(): never {
  writeFileSync(DEATH_MARK, '');
  if (DEATH_KIND === 'killed') process.kill(process.pid, 'SIGKILL');
  throw new Error('WebGPU device lost (1): the device was removed');
}

async function createMortal(
  model: Uint8Array,
  options: ort.InferenceSession.SessionOptions,
): Promise<ort.InferenceSession> {
  if (options.executionProviders?.[0] !== 'webgpu') return create(model, options);
  const session = await create(model, { ...options, executionProviders: ['cpu'] });
  const run = session.run.bind(session);
  session.run = async (feeds: ort.InferenceSession.FeedsType) => {
    if (existsSync(DEATH_MARK) || ('image' in feeds && encoded++ >= Number(DEATH_AFTER))) die();
    return run(feeds);
  };
  return session;
}

Object.assign(InferenceSession, { create: createMortal });
serveWorker(encodeApi(process.env['SONOMASK_MODEL_FOLDER'] ?? ''));
