/**
 * Proposals for every frame of many images: mask PNGs, COCO, or both, by the lanes that batches of a project have. One
 * unreadable image costs itself only; whatever ends the run early leaves complete files and a journal from which it can go on.
 */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../../../shared/errors';
import type { Model } from '../../../models/folder';
import { boundingBox, maskFromCocoRle } from '../../../shared/mask';
import { STOPPING } from '../../batch';
import { type CocoImage, writeCoco, writeMaskPng } from '../../export';
import type { Encoder } from '../../inference';
import { extensionOf, type ListedImage, openImage } from '../../study';
import { appendToJournal, isStillDone, type JournalEntry, journalKey, readJournal, startJournal } from './journal';
import { outputNames } from './output-names';

export type OutputFormat = 'png' | 'coco';

export interface AnnotateOptions {
  /** Work with this model. */
  readonly lanes: readonly Encoder[];
  readonly model: Model;
  /** Each needs a head in the model. */
  readonly labels: readonly string[];
  readonly images: readonly ListedImage[];
  /** Folder; made where it is missing. */
  readonly out: string;
  readonly formats: readonly OutputFormat[];
  /** Keep what an earlier run with the same model has done. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
  /** Called before the first image with the number of those kept. */
  readonly onStart?: (kept: number) => void;
  readonly onProgress?: (done: number, total: number, image: ListedImage) => void;
  readonly onFailure?: (failure: AppError) => void;
}

export interface AnnotateResult {
  /** In the order of `images`; without those that failed or were not reached. */
  readonly entries: readonly JournalEntry[];
  readonly kept: number;
  readonly failures: readonly AppError[];
  readonly cancelled: boolean;
  /** The COCO file, where one was asked for and the run reached its end. */
  readonly coco: string | undefined;
}

export const COCO_FILE = 'annotations.json';

/** A frame with the mask files it will get, by label. */
interface Job {
  /** A frame of several has its number in `relativePath`. */
  readonly image: ListedImage;
  /** 0-based; absent for an image of one frame. */
  readonly frame?: number;
  readonly files: ReadonlyMap<string, string | undefined>;
}

/**
 * Once the signal has aborted no frame is begun, and those in hand are written.
 *
 * @throws AppError `usage` where a mask would overwrite an image, `label-unknown`, `disk-full`, `write-failed`,
 *   `model-invalid`, `provider-failed`.
 */
export async function annotateImages(options: AnnotateOptions): Promise<AnnotateResult> {
  const { model, out, formats, signal } = options;
  for (const label of options.labels) model.head(label);
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('write-failed', out, `${out}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  const jobs = await plan(options);
  await refuseToOverwrite(jobs, out);

  const done = await keptEntries(jobs, options);
  await startJournal(out, done.values());
  const kept = done.size;
  const waiting = jobs.filter(({ image, frame }) => !done.has(journalKey(image.absolutePath, frame)));
  options.onStart?.(kept);
  const failures = await workOff(waiting, options, {
    entry: (entry) => done.set(journalKey(entry.source, entry.frame), entry),
    ended: (count, image) => options.onProgress?.(kept + count, jobs.length, image),
  });
  const entries = jobs.flatMap(({ image, frame }) => done.get(journalKey(image.absolutePath, frame)) ?? []);
  const coco = formats.includes('coco') && !signal.aborted ? join(out, COCO_FILE) : undefined;
  if (coco) await writeCocoOf(coco, jobs, done, options);
  return { entries, kept, failures, cancelled: signal.aborted, coco };
}

/** Frames a lane has in hand: one computed, one read from its file meanwhile. */
const IN_HAND = 2;

/** @returns what could not be annotated, in the order of the jobs */
async function workOff(
  waiting: readonly Job[],
  options: AnnotateOptions,
  tell: { entry(entry: JournalEntry): void; ended(count: number, image: ListedImage): void },
): Promise<AppError[]> {
  const { lanes, out, signal, onFailure } = options;
  const failures = new Map<Job, AppError>();
  /** One of these has brought a worker down: only alone can be told which. */
  const suspects: Job[] = [];
  let [ended, problem]: [number, unknown] = [0, undefined];
  const isOver = (): boolean => signal.aborted || problem !== undefined;
  const end = async (job: Job, lane: Encoder, isAlone: boolean): Promise<void> => {
    try {
      const entry = await annotate(job, lane, options);
      await appendToJournal(out, entry);
      tell.entry(entry);
    } catch (error) {
      if (!isAlone && isAppError(error) && error.code === 'worker-died') return void suspects.push(job);
      const failure = faultOf(job.image, error);
      if (!failure) return void (problem ??= error);
      failures.set(job, failure);
      onFailure?.(failure);
    }
    tell.ended(++ended, job.image);
  };
  const upcoming = waiting.values();
  const follow = async (lane: Encoder): Promise<void> => {
    for (let next = upcoming.next(); !next.done && !isOver(); next = upcoming.next())
      await end(next.value, lane, false);
  };
  await Promise.all(lanes.flatMap((lane) => Array.from({ length: IN_HAND }, () => follow(lane))));
  for (const suspect of suspects) if (lanes[0] && !isOver()) await end(suspect, lanes[0], true);
  if (problem !== undefined) throw problem;
  return waiting.flatMap((job) => failures.get(job) ?? []);
}

/** What is wrong with the image; undefined for what would be wrong with every other one too. */
function faultOf({ absolutePath: path }: ListedImage, error: unknown): AppError | undefined {
  if (!isAppError(error) || STOPPING.includes(error.code)) return undefined;
  if (error.code !== 'worker-died') return error;
  return new AppError('file-unreadable', path, `${path} ends the process that reads it`, { cause: error });
}

/** With one label `OUT/NAME.png`, with several `OUT/LABEL/NAME.png`. */
async function plan({ images, labels, formats }: AnnotateOptions): Promise<Job[]> {
  const frames: Omit<Job, 'files'>[] = [];
  for (const image of images) frames.push(...(await framesOf(image)));
  const names = outputNames(frames.map(({ image }) => image));
  const place = (label: string, name: string) => (labels.length > 1 ? `${label}/${name}.png` : `${name}.png`);
  return frames.map((frame, i) => ({
    ...frame,
    files: new Map(
      labels.map((label) => [label, formats.includes('png') ? place(label, names[i] as string) : undefined]),
    ),
  }));
}

/** One that cannot be opened is one frame: its reading will tell why. */
async function framesOf(image: ListedImage): Promise<Omit<Job, 'files'>[]> {
  const frameCount = await openImage(image.absolutePath).then(
    ({ metadata }) => metadata.frameCount,
    () => 1,
  );
  if (frameCount === 1) return [{ image }];
  const { relativePath: path } = image;
  const extension = extensionOf(path);
  const stem = path.slice(0, path.length - extension.length);
  return Array.from({ length: frameCount }, (_, frame) => {
    const relativePath = `${stem}-frame-${String(frame + 1).padStart(4, '0')}${extension}`;
    return { image: { ...image, relativePath }, frame };
  });
}

/** Source files are never modified, whatever folder the user names. */
async function refuseToOverwrite(jobs: readonly Job[], out: string): Promise<void> {
  const folder = await realpath(out);
  const sources = new Set(
    await Promise.all(jobs.map(({ image }) => realpath(image.absolutePath).catch(() => image.absolutePath))),
  );
  for (const { files } of jobs) {
    for (const file of files.values()) {
      const path = file && join(folder, file);
      if (path && sources.has(path)) {
        throw new AppError(
          'usage',
          path,
          `${path} is an image of the study and would be overwritten: choose another --out`,
        );
      }
    }
  }
}

async function keptEntries(jobs: readonly Job[], options: AnnotateOptions): Promise<Map<string, JournalEntry>> {
  const kept = new Map<string, JournalEntry>();
  if (!options.resume) return kept;
  const journal = await readJournal(options.out);
  for (const { image, frame, files } of jobs) {
    const key = journalKey(image.absolutePath, frame);
    const entry = journal.get(key);
    const { id } = options.model.manifest;
    if (entry && (await isStillDone(entry, options.out, id, files))) kept.set(key, entry);
  }
  return kept;
}

/** @throws AppError as `proposeFrame` does, `worker-died` where one died with it under way, `disk-full`, `write-failed` */
async function annotate(job: Job, lane: Encoder, { model, labels, out }: AnnotateOptions): Promise<JournalEntry> {
  const { image, frame, files } = job;
  const source = image.absolutePath;
  // Asked before the file is read: what is changed meanwhile counts as changed.
  const found = await stat(source).catch(() => undefined);
  const heads = labels.map((name) => ({ name }));
  const never = new AbortController().signal;
  const proposed = await lane.propose({ path: source, frameIndex: frame ?? 0, heads }, never);
  const { widthPx, heightPx } = proposed.pixels;
  const masks: JournalEntry['masks'] = [];
  for (const { head: label, counts, areaPx, iou } of proposed.proposals) {
    const mask = maskFromCocoRle({ size: [heightPx, widthPx], counts });
    const bbox = boundingBox(mask);
    const name = files.get(label);
    const file = name === undefined ? undefined : { name, bytes: await writeMaskPng(join(out, name), mask) };
    masks.push({ label, iou, counts, areaPx, ...(bbox && { bbox: [...bbox] }), ...(file && { file }) });
  }
  return {
    ...{ source, ...(frame !== undefined && { frame }), sizeBytes: found?.size ?? 0, mtimeMs: found?.mtimeMs ?? 0 },
    ...{ model: model.manifest.id, widthPx, heightPx, masks },
  };
}

async function writeCocoOf(
  path: string,
  jobs: readonly Job[],
  done: ReadonlyMap<string, JournalEntry>,
  { labels, model }: AnnotateOptions,
): Promise<void> {
  const { name, id } = model.manifest;
  const paths = jobs.map(({ image }) => image.relativePath);
  const uses = new Map<string, number>();
  for (const file of paths) uses.set(file, (uses.get(file) ?? 0) + 1);
  // Images of folders of equal content are called as their masks are.
  const names = outputNames(jobs.map(({ image }) => image));
  await writeCoco(path, {
    labels,
    description: `Proposals of ${name} (${id}) by SonoMask`,
    images: function* () {
      for (const [i, { image, frame }] of jobs.entries()) {
        const entry = done.get(journalKey(image.absolutePath, frame));
        const file = image.relativePath;
        if (entry) yield cocoImage((uses.get(file) === 1 ? undefined : names[i]) ?? file, entry);
      }
    },
  });
}

function cocoImage(fileName: string, { widthPx, heightPx, masks }: JournalEntry): CocoImage {
  return {
    fileName,
    widthPx,
    heightPx,
    instances: masks.flatMap(({ label, iou, counts, areaPx: area, bbox }) =>
      bbox ? [{ label, segmentation: { size: [heightPx, widthPx], counts }, areaPx: area, bbox, score: iou }] : [],
    ),
  };
}
