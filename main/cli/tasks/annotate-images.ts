/**
 * Proposals for every frame of many images: mask PNGs, COCO, or both. One unreadable image costs itself only; whatever ends the run early
 * leaves complete files and a journal from which it can go on.
 */
import { mkdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { imageProblem } from '../../../shared/domain';
import { AppError, isAppError } from '../../../shared/errors';
import { areaPx, boundingBox, cocoRle, type Mask } from '../../../shared/mask';
import { type CocoImage, writeCoco, writeMaskPng } from '../../export';
import type { Predictor } from '../../inference';
import { type DecodedImage, extensionOf, type ListedImage, openImage, readImage } from '../../study';
import { appendToJournal, isStillDone, type JournalEntry, journalKey, readJournal, startJournal } from './journal';
import { outputNames } from './output-names';

export type OutputFormat = 'png' | 'coco';

export interface AnnotateOptions {
  readonly predictor: Predictor;
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

/** @throws AppError `usage` where a mask would overwrite an image, `label-unknown`, `disk-full`, `write-failed`. */
export async function annotateImages(options: AnnotateOptions): Promise<AnnotateResult> {
  const { predictor, out, formats, signal } = options;
  for (const label of options.labels) predictor.model.head(label);
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new AppError('write-failed', out, `${out}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  const jobs = await plan(options);
  await refuseToOverwrite(jobs, out);

  const done = await keptEntries(jobs, options);
  await startJournal(out, done.values());
  const kept = done.size;
  const waiting = jobs.filter(({ image, frame }) => !done.has(journalKey(image.absolutePath, frame)));
  const failures: AppError[] = [];
  options.onStart?.(kept);
  let upcoming = load(waiting[0]);
  for (const [i, job] of waiting.entries()) {
    const loaded = await upcoming;
    // The next image is decoded by other threads while this one is encoded.
    upcoming = load(waiting[i + 1]);
    // A turn of the event loop, in which Ctrl-C is heard.
    await setImmediate();
    if (signal.aborted) break;
    if (isAppError(loaded)) {
      failures.push(loaded);
      options.onFailure?.(loaded);
    } else if (loaded) {
      const entry = await annotate(job, loaded, options);
      await appendToJournal(out, entry);
      done.set(journalKey(entry.source, entry.frame), entry);
    }
    options.onProgress?.(kept + i + 1, jobs.length, job.image);
  }
  await upcoming;
  const entries = jobs.flatMap(({ image, frame }) => done.get(journalKey(image.absolutePath, frame)) ?? []);
  const coco = formats.includes('coco') && !signal.aborted ? join(out, COCO_FILE) : undefined;
  if (coco) await writeCocoOf(coco, jobs, done, options);
  return { entries, kept, failures, cancelled: signal.aborted, coco };
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
    const { id } = options.predictor.model.manifest;
    if (entry && (await isStillDone(entry, options.out, id, files))) kept.set(key, entry);
  }
  return kept;
}

type Loaded = DecodedImage & { readonly mtimeMs: number };

/** Never rejects with what is wrong with the image: it may wait for its turn. */
async function load(job: Job | undefined): Promise<Loaded | AppError | undefined> {
  if (!job) return undefined;
  const path = job.image.absolutePath;
  try {
    const decoded = await readImage(path, job.frame);
    return { ...decoded, mtimeMs: (await stat(path)).mtimeMs };
  } catch (error) {
    if (isAppError(error) && imageProblem.safeParse(error.code).success) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new AppError('file-unreadable', path, `${path}: ${reason}`, { cause: error });
  }
}

async function annotate(
  { image, frame: frameIndex, files }: Job,
  { frame, metadata, mtimeMs }: Loaded,
  { predictor, labels, out }: AnnotateOptions,
): Promise<JournalEntry> {
  const embedding = await predictor.encode(frame);
  const masks: JournalEntry['masks'] = [];
  for (const label of labels) {
    const { mask, iou } = await predictor.propose(embedding, label);
    const name = files.get(label);
    const file = name === undefined ? undefined : { name, bytes: await writeMaskPng(join(out, name), mask) };
    masks.push({ label, iou, ...factsOf(mask), ...(file && { file }) });
  }
  return {
    ...{
      source: image.absolutePath,
      ...(frameIndex !== undefined && { frame: frameIndex }),
      sizeBytes: metadata.sizeBytes,
      mtimeMs,
    },
    ...{ model: predictor.model.manifest.id, widthPx: frame.widthPx, heightPx: frame.heightPx, masks },
  };
}

function factsOf(mask: Mask): Pick<JournalEntry['masks'][number], 'counts' | 'areaPx' | 'bbox'> {
  const bbox = boundingBox(mask);
  return { counts: cocoRle(mask).counts, areaPx: areaPx(mask), ...(bbox && { bbox: [...bbox] }) };
}

async function writeCocoOf(
  path: string,
  jobs: readonly Job[],
  done: ReadonlyMap<string, JournalEntry>,
  { labels, predictor }: AnnotateOptions,
): Promise<void> {
  const { name, id } = predictor.model.manifest;
  await writeCoco(path, {
    labels,
    description: `Proposals of ${name} (${id}) by SonoMask`,
    images: function* () {
      for (const { image, frame } of jobs) {
        const entry = done.get(journalKey(image.absolutePath, frame));
        if (entry) yield cocoImage(image, entry);
      }
    },
  });
}

function cocoImage({ relativePath }: ListedImage, { widthPx, heightPx, masks }: JournalEntry): CocoImage {
  return {
    fileName: relativePath,
    widthPx,
    heightPx,
    instances: masks.flatMap(({ label, iou, counts, areaPx: area, bbox }) =>
      bbox ? [{ label, segmentation: { size: [heightPx, widthPx], counts }, areaPx: area, bbox, score: iou }] : [],
    ),
  };
}
