/** Reads or imports one damaged file after the other, in a process that may die of it. Plain JSON in and out. */
import { basename } from 'node:path';
import { readMasks } from '../../../main/import';
import { openImage, readImage } from '../../../main/study';
import type { FrameId, ImageId } from '../../../shared/domain';
import { isAppError } from '../../../shared/errors';

export interface Asked {
  readonly path: string;
  readonly use: 'read' | 'import';
}

export interface Answer {
  /** `read`, or what it was refused for. */
  readonly outcome: string;
  /** What an honest program would not have done. */
  readonly wrong?: string;
  /** Of processors, all threads together: a busy machine is no fault of the input's. */
  readonly ms: number;
  /** The process's, of all it has read so far. */
  readonly peakMb: number;
}

process.on('message', async ({ path, use }: Asked) => {
  const before = process.cpuUsage();
  const result = await (use === 'read' ? read(path) : imported(path)).catch((error: unknown) => judged(error, path));
  const { user, system } = process.cpuUsage(before);
  const answer: Answer = { ...result, ms: (user + system) / 1_000, peakMb: process.resourceUsage().maxRSS / 1024 };
  process.send?.(answer);
});

type Outcome = Pick<Answer, 'outcome' | 'wrong'>;

/** The first frame, the last and one between. */
async function read(path: string): Promise<Outcome> {
  const { metadata } = await openImage(path);
  const { frameCount } = metadata;
  for (const index of new Set([0, frameCount - 1, frameCount >> 1])) {
    const { frame } = await readImage(path, index);
    const pixels = frame.widthPx * frame.heightPx;
    if (frame.data.length === pixels && (frame.rgb?.length ?? 3 * pixels) === 3 * pixels) continue;
    return { outcome: 'read', wrong: `${frame.data.length} bytes for ${frame.widthPx}x${frame.heightPx} px` };
  }
  return { outcome: 'read' };
}

/** A refusal must be ours and name the file. */
function judged(error: unknown, path: string): Outcome {
  if (!isAppError(error))
    return { outcome: 'error', wrong: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  const isNamed = error.subject === path && error.message.includes(basename(path));
  return { outcome: error.code, ...(!isNamed && { wrong: `names ${error.subject}: ${error.message}` }) };
}

/** The frame that every mask is for; its name is that of the files without their number. */
const FRAME = {
  ...{ id: 1 as FrameId, imageId: 1 as ImageId, absolutePath: '/nowhere/input.png' },
  ...{ relativePath: 'input.png', frameIndex: 0, frameCount: 1, name: 'input', flatName: 'input' },
  ...{ sha256: 'of its pixels', widthPx: 16, heightPx: 16, tried: false },
};

async function imported(path: string): Promise<Outcome> {
  const asked = { paths: [path], frames: [FRAME], labels: ['lesion'], fallback: 'lesion' };
  const tools = { signal: new AbortController().signal, onProgress: () => undefined };
  const { masks, problems } = await readMasks(asked, tools);
  const stray = problems.find(({ file }) => file !== path);
  const odd = masks.find(({ rle }) => rle.widthPx !== 16 || rle.heightPx !== 16);
  const wrong = stray ? `names ${stray.file}` : odd && `a mask of ${odd.rle.widthPx}x${odd.rle.heightPx}`;
  return {
    outcome: masks.length > 0 ? 'read' : (problems[0]?.kind ?? 'nothing'),
    ...(wrong !== undefined && { wrong }),
  };
}
