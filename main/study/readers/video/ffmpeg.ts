/**
 * An ffmpeg that the user has installed, as a decoder of bare packets: it sees no file and no container, only packets on its
 * standard input (as IVF), and answers samples (as YUV4MPEG2). None is shipped.
 */
import { execFile, spawn, type ChildProcessByStdio } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { checkSize, damaged, type DecodeJob, type VideoDecoder } from './decoder-job';
import { LAYOUTS, planesBytes, type Layout } from './planes';

type Ffmpeg = ChildProcessByStdio<Writable, Readable, Readable>;

const FOUR_CC: Readonly<Record<string, string>> = {
  avc1: 'H264',
  avc3: 'H264',
  vp8: 'VP80',
  vp09: 'VP90',
  av01: 'AV01',
};
/** YUV4MPEG2's names of layouts. */
const Y4M_LAYOUTS: Readonly<Record<string, Layout>> = {
  ...{ '420': 'I420', '420jpeg': 'I420', '420mpeg2': 'I420', '420paldv': 'I420' },
  ...{ '422': 'I422', '444': 'I444' },
};
/** A stretch of a loop takes a second; what takes a minute hangs. */
const LONGEST_MS = 60_000;
const MAX_LINE_BYTES = 256;
const MAX_REASON_BYTES = 500;

let found: Promise<VideoDecoder | undefined> | undefined;

/** Looked for once, in the folders of PATH; undefined where there is none that runs. */
export function findFfmpeg(): Promise<VideoDecoder | undefined> {
  found ??= find();
  return found;
}

async function find(): Promise<VideoDecoder | undefined> {
  const name = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';
  // Never a relative folder: it would be looked for among the images.
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  for (const program of folders.map((folder) => join(folder, name))) {
    try {
      await access(program, constants.X_OK);
      const { stdout } = await promisify(execFile)(program, ['-version'], { timeout: 20_000 });
      return ffmpegDecoder(program, /^ffmpeg version n?([0-4]\.|5\.0)/.test(stdout) ? '-vsync' : '-fps_mode');
    } catch {
      // Not there, or not a program for this computer: the next folder may have one.
    }
  }
  return undefined;
}

/** @param timing the option that keeps frames as they are; it has another name since 5.1 */
function ffmpegDecoder(program: string, timing: string): VideoDecoder {
  const args = [
    ...['-hide_banner', '-nostdin', '-loglevel', 'error', '-protocol_whitelist', 'pipe', '-threads', '2'],
    // What is damaged is an error, not a picture made up from its neighbours; the order of showing is never guessed.
    ...['-xerror', '-err_detect', 'explode', '-strict', 'strict', '-r', '25', '-f', 'ivf', '-i', 'pipe:0'],
    // Times are of no account: frames are told by their order.
    ...[
      '-map',
      '0:v:0',
      '-vf',
      'settb=1/25,setpts=N',
      '-autoscale',
      '0',
      timing,
      'passthrough',
      '-f',
      'yuv4mpegpipe',
      'pipe:1',
    ],
  ];
  return {
    canDecode: async (codec) => fourCc(codec) !== undefined,
    decode: async (job) => {
      const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
      const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
      try {
        await run(child, job);
      } finally {
        clearTimeout(timer);
        child.kill('SIGKILL');
      }
    },
  };
}

async function run(child: Ffmpeg, job: DecodeJob): Promise<void> {
  let reason = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (reason = (reason + text).slice(0, MAX_REASON_BYTES)));
  const ended = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(damaged(job, reason.split('\n')[0] || `ffmpeg ended with ${code}`));
    });
  });
  // It may end before it has read all: what it says then is told by `ended`.
  child.stdin.on('error', () => undefined);
  child.stdin.end(ivf(job));
  try {
    await readFrames(child.stdout, job);
  } catch (error) {
    child.kill('SIGKILL');
    ended.catch(() => undefined);
    // Where ffmpeg found the damage, it knows best.
    throw reason === '' ? error : damaged(job, reason.split('\n')[0] ?? reason);
  }
  await ended;
}

/** @throws AppError `format-corrupt` where there are not exactly as many frames as there should be, each of the right size */
async function readFrames(stdout: Readable, job: DecodeJob): Promise<void> {
  const order = job.packets.filter(({ isShown }) => isShown).sort((a, b) => a.rank - b.rank);
  const bytes = byteReader(stdout);
  const head = await bytes.line();
  if (head === undefined) throw damaged(job, 'it gives no frame');
  const value = (letter: string): string => new RegExp(` ${letter}(\\S+)`).exec(head)?.[1] ?? '';
  const layout = Y4M_LAYOUTS[value('C') || '420'];
  const [widthPx, heightPx] = [Number(value('W')), Number(value('H'))];
  if (!head.startsWith('YUV4MPEG2') || !layout || !(layout in LAYOUTS)) throw damaged(job, `samples of ${value('C')}`);
  checkSize(job, widthPx, heightPx);
  for (const { id } of order) {
    const line = await bytes.line();
    const data = line?.startsWith('FRAME') ? await bytes.take(planesBytes(layout, widthPx, heightPx)) : undefined;
    if (!data) throw damaged(job, 'a frame cannot be decoded');
    if (job.wanted.has(id)) job.onFrame(id, { layout, widthPx, heightPx, data });
  }
  if ((await bytes.line()) !== undefined) throw damaged(job, 'it gives more frames than it has');
}

/** @returns both undefined at the end of the stream */
function byteReader(stream: Readable) {
  const chunks = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  let rest: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const { value, done } = await chunks.next();
    if (!done) rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
    return !done;
  };
  return {
    line: async (): Promise<string | undefined> => {
      for (let at = rest.indexOf(10); ; at = rest.indexOf(10)) {
        if (at >= 0) {
          const line = rest.toString('latin1', 0, at);
          rest = rest.subarray(at + 1);
          return line;
        }
        if (rest.length > MAX_LINE_BYTES || !(await more())) return undefined;
      }
    },
    take: async (length: number): Promise<Uint8Array | undefined> => {
      const bytes = new Uint8Array(length);
      for (let done = 0; ;) {
        const piece = rest.subarray(0, length - done);
        bytes.set(piece, done);
        done += piece.length;
        rest = rest.subarray(piece.length);
        if (done === length) return bytes;
        if (!(await more())) return undefined;
      }
    },
  };
}

/** The simplest container there is: a header of 32 bytes, then each packet after its length and time. */
function ivf({ codec, widthPx, heightPx, packets }: DecodeJob): Buffer {
  const head = Buffer.alloc(32);
  head.write('DKIF', 'latin1');
  head.writeUInt16LE(32, 6);
  head.write(fourCc(codec) ?? '', 8, 'latin1');
  head.writeUInt16LE(widthPx, 12);
  head.writeUInt16LE(heightPx, 14);
  // Frames in a second: any number.
  head.writeUInt32LE(25, 16);
  head.writeUInt32LE(1, 20);
  head.writeUInt32LE(packets.length, 24);
  return Buffer.concat([
    head,
    ...packets.flatMap(({ data, rank }) => {
      const length = Buffer.alloc(12);
      length.writeUInt32LE(data.length, 0);
      length.writeUInt32LE(rank, 4);
      return [length, data];
    }),
  ]);
}

function fourCc(codec: string): string | undefined {
  return FOUR_CC[codec.split('.')[0] ?? ''];
}
