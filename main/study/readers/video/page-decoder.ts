/**
 * Chromium's own decoders, which only a page has: in a worker of the desktop program, a port to the hidden page that decodes
 * (renderer/decoder.ts). Undefined in plain Node. Asks for the port when the first video comes.
 */
import { AppError, isAppError } from '../../../../shared/errors';
import { DECODER_WANTED, NO_DECODER, type FromDecoder, type ToDecoder } from '../../../../shared/video';
import { checkSize, damaged, type DecodeJob, type VideoDecoder } from './decoder-job';
import { LAYOUTS, planesBytes, type Layout } from './planes';

/** Of a utility process: Electron's types are not for this room. */
interface ParentPort {
  on(event: 'message', listener: (event: { data: unknown; ports: readonly Port[] }) => void): void;
  removeListener(event: 'message', listener: (event: { data: unknown; ports: readonly Port[] }) => void): void;
  postMessage(message: unknown): void;
}

interface Port {
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: unknown): void;
  start(): void;
}

interface Waiting {
  take(answer: FromDecoder): void;
  fail(error: unknown): void;
}

/** The page starts in a second; a stretch of a loop takes one more. */
const LONGEST_MS = 60_000;

const waiting = new Map<number, Waiting>();
let nextId = 1;
let port: Promise<Port> | undefined;

/** The page, where there is one to be had. */
export function pageDecoder(): VideoDecoder | undefined {
  const { parentPort } = process as NodeJS.Process & { parentPort?: ParentPort };
  if (!parentPort || process.env[NO_DECODER]) return undefined;
  return {
    canDecode: (codec) => ask<boolean>(parentPort, codec, (id) => ({ type: 'supports', id, codec }), supported),
    decode: (job) => twice(() => decode(parentPort, job)),
  };
}

function supported(answer: FromDecoder, done: (supported: boolean) => void): void {
  done(answer.type === 'supports' && answer.supported);
}

function decode(parent: ParentPort, job: DecodeJob): Promise<void> {
  const { path, codec, packets, wanted } = job;
  const missing = new Set(wanted);
  return ask<void>(
    parent,
    path,
    (id) => ({ type: 'decode', id, codec, packets, wanted: [...wanted] }),
    (answer, done) => {
      if (answer.type === 'failed') throw damaged(job, answer.reason);
      if (answer.type === 'frame' && missing.delete(answer.packet)) takeFrame(job, answer);
      if (answer.type !== 'done') return;
      if (missing.size > 0) throw damaged(job, 'a frame cannot be decoded');
      done();
    },
  );
}

function takeFrame(job: DecodeJob, { packet, format, widthPx, heightPx, data }: FrameAnswer): void {
  checkSize(job, widthPx, heightPx);
  // A layout that is all there is in memory too: I420 with transparency, and 10 bit, have other names.
  if (!isLayout(format) || data.length !== planesBytes(format, widthPx, heightPx)) {
    throw damaged(job, `samples stored as ${format} cannot be read`);
  }
  job.onFrame(packet, { layout: format, widthPx, heightPx, data });
}

type FrameAnswer = Extract<FromDecoder, { type: 'frame' }>;

function isLayout(format: string): format is Layout {
  return Object.hasOwn(LAYOUTS, format);
}

/** Whatever brought the page down, this job or another's: once more, in a new one. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error) && error.code === 'worker-died') return work();
    throw error;
  }
}

/** @param take what an answer to this question does; may throw, which ends it */
async function ask<T>(
  parent: ParentPort,
  subject: string,
  question: (id: number) => ToDecoder,
  take: (answer: FromDecoder, done: (value: T) => void) => void,
): Promise<T> {
  port ??= connect(parent);
  const open = await port;
  const id = nextId++;
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      const late = new AppError('worker-died', subject, `${subject}: the decoder does not answer`);
      timer = setTimeout(() => reject(late), LONGEST_MS);
      waiting.set(id, {
        take: (answer) => {
          try {
            take(answer, resolve);
          } catch (error) {
            reject(error);
          }
        },
        fail: reject,
      });
      open.postMessage(question(id));
    });
  } finally {
    clearTimeout(timer);
    waiting.delete(id);
  }
}

function connect(parent: ParentPort): Promise<Port> {
  return new Promise((resolve) => {
    const onMessage = ({ data, ports: [given] }: { data: unknown; ports: readonly Port[] }): void => {
      if (data !== DECODER_WANTED || !given) return;
      parent.removeListener('message', onMessage);
      given.on('message', ({ data: answer }) => waiting.get((answer as FromDecoder).id)?.take(answer as FromDecoder));
      given.on('close', () => {
        port = undefined;
        const died = new AppError('worker-died', 'video decoder', 'the page that decodes videos ended');
        for (const question of [...waiting.values()]) question.fail(died);
      });
      given.start();
      resolve(given);
    };
    parent.on('message', onMessage);
    parent.postMessage(DECODER_WANTED);
  });
}
