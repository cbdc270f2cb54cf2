/**
 * The pixels behind a project's frames: decoded in the study worker, known by their hash, kept in bounded memory. What
 * is wrong with a file is noted in the project; work on its frames is kept. Not the masks' business beyond reading them.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteLru } from '../../shared/byte-lru';
import {
  imageProblem,
  type FileDescription,
  type FrameDetail,
  type FrameId,
  type FrameSummary,
  type ImageProblem,
} from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { OpenedFrame, Problem } from '../../shared/ipc';
import type { WorkerHost } from '../inference';
import type { ProjectStore } from '../project';
import { NewestFirst } from './newest-first';
import { pathError } from './path-error';
import type { FramePlace, ReadFrame, StudyApi } from './study-api';

/** Decoded frames kept: about 300 of 800x600, 40 of 2048x1536. */
const MEMORY_BYTES = 144 * 2 ** 20;
const THUMBNAIL_MEMORY_BYTES = 16 * 2 ** 20;
const CHECKED_AT_ONCE = 64;

export class FrameSource {
  readonly #frames = new ByteLru<ReadFrame>(MEMORY_BYTES);
  readonly #thumbnails = new ByteLru<Uint8Array>(THUMBNAIL_MEMORY_BYTES);
  readonly #reading = new Map<string, Promise<ReadFrame>>();
  readonly #thumbnailQueue = new NewestFirst(2);

  /**
   * @param worker study worker
   * @param onChanged told of frames whose line in the study list is other than it was; null for many
   */
  constructor(
    private readonly store: ProjectStore,
    private readonly worker: WorkerHost<StudyApi>,
    private readonly onChanged: (frames: readonly FrameSummary[] | null) => void,
  ) {}

  /** Decodes a frame, notes hash or problem, and answers what is known of it. @throws AppError `usage` for none such. */
  async open(frameId: FrameId): Promise<OpenedFrame> {
    const { store } = this;
    const before = await store.frames.get(frameId);
    try {
      const { sha256, widthPx, heightPx } = await this.#read(before);
      await store.frames.setHash(frameId, { sha256, widthPx, heightPx });
    } catch (error) {
      const found = problemOf(error);
      if (!found) throw error;
      // Of a team's files the others may have theirs all the same: a disk that is not there is this computer's matter.
      if (store.user !== null && isOutOfReach(found.problem)) return unreachable(before, found);
      // A damaged frame says nothing of the others of its loop; a file that is gone does.
      if (found.problem === 'file-not-found')
        await store.images.markProblem(before.imageId, found.problem, found.detail);
      else await store.frames.markProblem(frameId, found.problem, found.detail);
    }
    const frame = await store.frames.get(frameId);
    if (frame.problem !== before.problem || frame.sha256 !== before.sha256) this.onChanged([summaryOf(frame)]);
    const [masks, measurements] = [await store.masks.ofFrame(frameId), await store.measurements.ofFrame(frameId)];
    return { frame, masks, measurements, problem: shownProblem(frame) };
  }

  /**
   * Takes the pixels the file has now for the frame's own, with the work there is on it.
   *
   * @throws AppError as `Frames.acceptPixels` and `readImage` do
   */
  async acceptPixels(frameId: FrameId, user: string): Promise<void> {
    const { store } = this;
    const { sha256, widthPx, heightPx } = await this.#read(await store.frames.get(frameId));
    await store.frames.acceptPixels(frameId, { sha256, widthPx, heightPx }, user);
    this.onChanged([summaryOf(await store.frames.get(frameId))]);
  }

  /** The frame as PNG. @throws AppError `frame-changed` where it has other pixels now, or as `readImage` does. */
  async pixels(frameId: FrameId, sha256: string): Promise<Uint8Array> {
    const frame = await this.store.frames.get(frameId);
    const { absolutePath } = frame;
    const read = await this.#read(frame);
    if (read.sha256 === sha256) return read.png;
    throw new AppError('frame-changed', absolutePath, `${absolutePath} has pixels ${read.sha256}, not ${sha256}`);
  }

  /** The frame as its file has it now; nothing of it is noted. @throws AppError as `readImage` does. */
  async read(frameId: FrameId): Promise<ReadFrame> {
    return this.#read(await this.store.frames.get(frameId));
  }

  /** What the frame's file says of itself; see `describeFile`. @throws AppError as `readImage` does. */
  async describe(frameId: FrameId, patientData: boolean): Promise<FileDescription> {
    return this.worker.request('describe', { ...placeOf(await this.store.frames.get(frameId)), patientData });
  }

  /** A small PNG, from the project's cache where it was made before. @throws AppError as `readImage` does. */
  async thumbnail(frameId: FrameId): Promise<Uint8Array> {
    const frame = await this.store.frames.get(frameId);
    const key = await versionOf(frame);
    const known = this.#thumbnails.get(key);
    if (known) return known;
    const png = await this.#thumbnailQueue.run(() => this.#makeThumbnail(frame, key));
    this.#thumbnails.set(key, png, png.length);
    return png;
  }

  /**
   * Looks whether every file is still there, and notes what has gone or come back. Opens none of them whole. In a team's
   * project nothing is noted, since the others may have theirs.
   */
  async checkFiles(signal: AbortSignal): Promise<void> {
    const { store, worker } = this;
    if (store.user !== null) return;
    const gone = await this.#imagesGone();
    const images = await store.images.list();
    let changes = 0;
    for (let first = 0; first < images.length && !signal.aborted; first += CHECKED_AT_ONCE) {
      const piece = images.slice(first, first + CHECKED_AT_ONCE);
      const paths = piece.map(({ absolutePath }) => absolutePath);
      const checked = await worker.request('check', { paths }, { signal });
      for (const [i, { id }] of piece.entries()) {
        const { problem = null, detail = null } = checked[i] ?? {};
        const isGone = problem !== null && isOutOfReach(problem);
        if (isGone === gone.has(id)) continue;
        await store.images.markProblem(id, isGone ? problem : null, isGone ? detail : null);
        changes++;
      }
    }
    if (changes > 0) this.onChanged(null);
  }

  /** Forgets what is in memory. */
  dispose(): void {
    this.#frames.clear();
    this.#thumbnails.clear();
  }

  async #imagesGone(): Promise<Set<number>> {
    const gone = new Set<number>();
    const limit = 1_000;
    for (let offset = 0; ; offset += limit) {
      const page = await this.store.frames.list({ filter: { states: ['failed'] }, limit, offset });
      for (const { imageId, problem } of page.frames) {
        if (problem !== null && isOutOfReach(problem)) gone.add(imageId);
      }
      if (page.frames.length < limit) return gone;
    }
  }

  async #read(frame: FrameAddress): Promise<ReadFrame> {
    // A file that was written since is another one.
    const key = await versionOf(frame);
    const known = this.#frames.get(key);
    if (known) return known;
    const begun = this.#reading.get(key);
    if (begun) return begun;
    const reading = this.worker.request('read', placeOf(frame)).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    const read = await reading;
    this.#frames.set(key, read, read.png.length);
    return read;
  }

  async #makeThumbnail(frame: FrameAddress, key: string): Promise<Uint8Array> {
    const folder = join(this.store.cacheFolder, 'thumbnails');
    const name = createHash('sha256').update(key).digest('hex');
    const file = join(folder, name.slice(0, 2), `${name}.png`);
    try {
      return new Uint8Array(await readFile(file));
    } catch {
      const png = await this.worker.request('thumbnail', placeOf(frame));
      await keep(file, png);
      return png;
    }
  }
}

type FrameAddress = Pick<FrameDetail, 'absolutePath' | 'frameIndex'>;

function placeOf({ absolutePath, frameIndex }: FrameAddress): FramePlace {
  return { path: absolutePath, frameIndex };
}

/** Names a frame of a file as it is now. @throws AppError `file-not-found`, `file-unreadable` */
async function versionOf({ absolutePath, frameIndex }: FrameAddress): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(absolutePath);
    return `${absolutePath}|${frameIndex}|${size}|${mtimeMs}`;
  } catch (cause) {
    throw pathError(absolutePath, cause);
  }
}

/** A cache that cannot be written is no cache: nobody is disturbed. */
async function keep(file: string, bytes: Uint8Array): Promise<void> {
  const partial = `${file}.${randomUUID()}`;
  try {
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(partial, bytes);
    await rename(partial, file);
  } catch {
    await rm(partial, { force: true }).catch(() => undefined);
  }
}

/** What an error of reading says of the file; undefined for one that says nothing of it. */
interface FoundProblem {
  readonly problem: ImageProblem;
  readonly detail: string;
}

function problemOf(error: unknown): FoundProblem | undefined {
  if (!isAppError(error)) return undefined;
  const detail = error.message.slice(0, 1_000);
  // A file that brings the decoder down twice costs that file, not the study.
  if (error.code === 'worker-died') return { problem: 'file-unreadable', detail };
  const parsed = imageProblem.safeParse(error.code);
  return parsed.success ? { problem: parsed.data, detail } : undefined;
}

/** As it stands in the project, without what needs the pixels. */
function unreachable(frame: FrameDetail, found: FoundProblem): OpenedFrame {
  return { frame, masks: [], measurements: [], problem: toldProblem(frame, found) };
}

function toldProblem({ absolutePath }: FrameDetail, { problem, detail }: FoundProblem): Problem {
  return { path: absolutePath, code: problem === 'changed' ? 'frame-changed' : problem, message: detail };
}

function isOutOfReach(problem: string): boolean {
  return problem === 'file-not-found' || problem === 'file-unreadable';
}

function shownProblem(frame: FrameDetail): Problem | null {
  if (frame.problem === null) return null;
  return toldProblem(frame, { problem: frame.problem, detail: frame.problemDetail ?? frame.problem });
}

export function summaryOf(frame: FrameDetail): FrameSummary {
  const { absolutePath: _path, sizeBytes: _size, mtimeMs: _mtime, problemDetail: _detail, ...rest } = frame;
  const { frameTimeMs: _time, calibration: _calibration, ...summary } = rest;
  return summary;
}
