/**
 * Source images in the project: which files there are, and what has become of them. Files themselves are never opened
 * here (`main/study` does).
 */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { imageProblem, rowId, sourceImage } from '../../shared/domain';
import type { ImageId, ImageProblem, SourceImage } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { frameSortKey } from './natural-key';
import { chunks, parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';
import { ROWS_PER_STATEMENT } from './sqlite';

/** A file the project knows, to be compared with the disk. */
export interface KnownImage {
  readonly id: ImageId;
  readonly absolutePath: string;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
}

/** How many of the images given to `add` were new, as known, or other than known. */
export interface AddedImages {
  readonly added: number;
  readonly unchanged: number;
  readonly changed: number;
}

type Place = SourceImage & { readonly studyId: number; readonly seriesId: number };
type Known = KnownImage & { readonly frameCount: number };

/** Ids by key of rows that may be there already; missing ones are made. */
async function studyIds(trx: ProjectTransaction, images: readonly SourceImage[]): Promise<Map<string, number>> {
  const studies = new Map(images.map(({ study }) => [study.key, study]));
  await trx
    .insertInto('studies')
    .values([...studies.values()])
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  const keys = [...studies.keys()];
  const rows = await trx.selectFrom('studies').select(['id', 'key']).where('key', 'in', keys).execute();
  return new Map(rows.map(({ id, key }) => [key, id]));
}

async function placed(trx: ProjectTransaction, images: readonly SourceImage[]): Promise<Place[]> {
  const studies = await studyIds(trx, images);
  const idOf = <K>(map: ReadonlyMap<K, number>, key: K): number => {
    const id = map.get(key);
    if (id === undefined) throw new Error(`row of ${String(key)} vanished`);
    return id;
  };
  const seriesKey = (studyId: number, key: string): string => `${studyId}\u0000${key}`;
  const series = new Map(
    images.map((image) => {
      const studyId = idOf(studies, image.study.key);
      const row = { study_id: studyId, key: image.series.key, name: image.series.name };
      return [seriesKey(studyId, row.key), row];
    }),
  );
  await trx
    .insertInto('series')
    .values([...series.values()])
    .onConflict((conflict) => conflict.columns(['study_id', 'key']).doNothing())
    .execute();
  const rows = await trx
    .selectFrom('series')
    .select(['id', 'study_id', 'key'])
    .where('study_id', 'in', [...studies.values()])
    .execute();
  const ids = new Map(rows.map((row) => [seriesKey(row.study_id, row.key), row.id]));
  return images.map((image) => {
    const studyId = idOf(studies, image.study.key);
    return { ...image, studyId, seriesId: idOf(ids, seriesKey(studyId, image.series.key)) };
  });
}

/** Adds the frames from `first` on. */
async function insertFrames(
  trx: ProjectTransaction,
  images: readonly { image: Place; imageId: number; first: number }[],
): Promise<void> {
  const frames = images.flatMap(({ image, imageId, first }) =>
    Array.from({ length: Math.max(0, image.frameCount - first) }, (_, i) => ({
      image_id: imageId,
      frame_index: first + i,
      sort_key: frameSortKey({
        studyName: image.study.name,
        studyId: image.studyId,
        seriesName: image.series.name,
        seriesId: image.seriesId,
        relativePath: image.relativePath,
        frameIndex: first + i,
      }),
      width_px: image.widthPx ?? null,
      height_px: image.heightPx ?? null,
      review: 'unopened' as const,
      problem: image.problem ?? null,
      problem_detail: image.problemDetail ?? null,
    })),
  );
  for (const rows of chunks(frames, ROWS_PER_STATEMENT)) await trx.insertInto('frames').values(rows).execute();
}

/** What the header says beside the pixels. */
function statedBy({ frameTimeMs, calibration }: SourceImage): {
  frame_time_ms: number | null;
  calibration: string | null;
} {
  return { frame_time_ms: frameTimeMs ?? null, calibration: calibration ? JSON.stringify(calibration) : null };
}

async function insertImages(trx: ProjectTransaction, images: readonly Place[]): Promise<void> {
  if (images.length === 0) return;
  const rows = await trx
    .insertInto('images')
    .values(
      images.map((image) => ({
        series_id: image.seriesId,
        absolute_path: image.absolutePath,
        relative_path: image.relativePath,
        size_bytes: image.sizeBytes,
        mtime_ms: image.mtimeMs,
        frame_count: image.frameCount,
        ...statedBy(image),
      })),
    )
    .returning(['id', 'absolute_path'])
    .execute();
  const ids = new Map(rows.map(({ id, absolute_path }) => [absolute_path, id]));
  await insertFrames(
    trx,
    images.flatMap((image) => {
      const imageId = ids.get(image.absolutePath);
      return imageId === undefined ? [] : [{ image, imageId, first: 0 }];
    }),
  );
}

/** The file is as it was: what the disk or the rights to it made unreadable is readable again, or not yet. */
async function refreshSame(trx: ProjectTransaction, same: readonly { image: Place; known: Known }[]): Promise<void> {
  const readable = same.filter(({ image }) => image.problem === undefined).map(({ known }) => known.id);
  if (readable.length > 0) {
    await trx
      .updateTable('frames')
      .set({ problem: null, problem_detail: null })
      .where('image_id', 'in', readable)
      .where('problem', 'in', ['file-not-found', 'file-unreadable'])
      .execute();
  }
  for (const { image, known } of same) {
    if (image.problem !== undefined) await setProblem(trx, known.id, image.problem, image.problemDetail ?? null);
    // An earlier version of the program read less of it: only the first page of a TIFF.
    else if (image.frameCount > known.frameCount) await addFrames(trx, image, known);
  }
}

/** The file is another than it was. Frames that were decoded are marked until a decoding shows the same pixels. */
async function refreshOther(trx: ProjectTransaction, image: Place, known: Known): Promise<void> {
  const frameCount = Math.max(image.frameCount, known.frameCount);
  await trx
    .updateTable('images')
    .set({ size_bytes: image.sizeBytes, mtime_ms: image.mtimeMs, frame_count: frameCount, ...statedBy(image) })
    .where('id', '=', known.id)
    .execute();
  const { problem = null, problemDetail = null, widthPx = null, heightPx = null } = image;
  const ofImage = trx.updateTable('frames').where('image_id', '=', known.id);
  const decoded = { problem: problem ?? 'changed', problem_detail: problemDetail } as const;
  await ofImage.set(decoded).where('sha256', 'is not', null).execute();
  const undecoded = { problem, problem_detail: problemDetail, width_px: widthPx, height_px: heightPx };
  await ofImage.set(undecoded).where('sha256', 'is', null).execute();
  // A loop that got shorter keeps its frames and the work on them; they can be read no more.
  const lost = { problem: 'file-not-found', problem_detail: 'the image has fewer frames now' } as const;
  if (problem === null) await ofImage.set(lost).where('frame_index', '>=', image.frameCount).execute();
  await insertFrames(trx, [{ image, imageId: known.id, first: known.frameCount }]);
}

async function addFrames(trx: ProjectTransaction, image: Place, known: Known): Promise<void> {
  const now = { frame_count: image.frameCount, ...statedBy(image) };
  await trx.updateTable('images').set(now).where('id', '=', known.id).execute();
  await insertFrames(trx, [{ image, imageId: known.id, first: known.frameCount }]);
}

async function setProblem(
  db: ProjectDb,
  imageId: number,
  problem: ImageProblem | null,
  problemDetail: string | null,
): Promise<void> {
  await db
    .updateTable('frames')
    .set({ problem, problem_detail: problemDetail })
    .where('image_id', '=', imageId)
    .execute();
}

export class Images {
  constructor(private readonly db: ProjectDb) {}

  /**
   * Adds images and all their frames, or notes what has become of those the project knows by their path: the same
   * images may be given at every start. Committed in pieces, giving way to other work between them; doing it again
   * after a crash completes it.
   *
   * @throws AppError `usage` for malformed input, before anything is stored.
   */
  async add(images: readonly SourceImage[]): Promise<AddedImages> {
    const byPath = new Map(parseInput(z.array(sourceImage), images, 'images').map((i) => [i.absolutePath, i]));
    const total = { added: 0, unchanged: 0, changed: 0 };
    for (const piece of chunks([...byPath.values()], ROWS_PER_STATEMENT)) {
      const counts = await this.db.transaction().execute((trx) => this.addPiece(trx, piece));
      total.added += counts.added;
      total.unchanged += counts.unchanged;
      total.changed += counts.changed;
      await setImmediate();
    }
    return total;
  }

  private async addPiece(trx: ProjectTransaction, piece: readonly SourceImage[]): Promise<AddedImages> {
    const images = await placed(trx, piece);
    const paths = images.map(({ absolutePath }) => absolutePath);
    const rows = await trx.selectFrom('images').selectAll().where('absolute_path', 'in', paths).execute();
    const known = new Map(rows.map((row) => [row.absolute_path, { ...toKnown(row), frameCount: row.frame_count }]));
    const fresh: Place[] = [];
    const same: { image: Place; known: Known }[] = [];
    let changed = 0;
    for (const image of images) {
      const before = known.get(image.absolutePath);
      if (before === undefined) {
        fresh.push(image);
      } else if (before.sizeBytes === image.sizeBytes && before.mtimeMs === image.mtimeMs) {
        same.push({ image, known: before });
      } else {
        changed++;
        await refreshOther(trx, image, before);
      }
    }
    await insertImages(trx, fresh);
    await refreshSame(trx, same);
    return { added: fresh.length, unchanged: same.length, changed };
  }

  /** Every file the project knows, to be compared with the disk. */
  async list(): Promise<KnownImage[]> {
    const rows = await this.db
      .selectFrom('images')
      .select(['id', 'absolute_path', 'size_bytes', 'mtime_ms'])
      .orderBy('id')
      .execute();
    return rows.map(toKnown);
  }

  /**
   * Notes on all frames of an image why it cannot be read, or with null that it can. Masks on them are kept.
   *
   * @throws AppError `usage` for an unknown image.
   */
  async markProblem(imageId: ImageId, problem: ImageProblem | null, detail: string | null = null): Promise<void> {
    const id = parseInput(rowId, imageId, 'image id');
    const code = parseInput(imageProblem.nullable(), problem, 'image problem');
    const exists = await this.db.selectFrom('images').select('id').where('id', '=', id).executeTakeFirst();
    if (exists === undefined) throw new AppError('usage', `image ${id}`, `the project has no image ${id}`);
    await setProblem(this.db, id, code, code === null ? null : detail);
  }
}

function toKnown(row: { id: number; absolute_path: string; size_bytes: number; mtime_ms: number }): KnownImage {
  // PostgreSQL's driver gives its bigint as text.
  return {
    id: row.id,
    absolutePath: row.absolute_path,
    sizeBytes: Number(row.size_bytes),
    mtimeMs: row.mtime_ms,
  };
}
