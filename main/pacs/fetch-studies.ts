/**
 * WADO-RS: studies into a folder, each instance by itself as the server has it, compressed as it is. What is there whole is
 * not fetched again, so a fetch that was cut off goes on where it was. Files are FOLDER/STUDY/SERIES/INSTANCE.dcm by UID.
 */
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError, type ErrorCode } from '../../shared/errors';
import type { PacsFetched, Problem } from '../../shared/ipc';
import { writeAtomically, type Write } from '../files';
import { readDicomHeader } from '../study';
import type { Answer, Connection } from './connection';
import { badAnswer } from './failures';
import { boundaryOf, onlyPart } from './multipart';
import { asUid, instancesOf, seriesOf, type FoundSeries } from './query';

/** Series of these have no pictures to annotate: reports, presentation states, other people's masks. */
const NO_PICTURES: ReadonlySet<string> = new Set([
  'SR',
  'PR',
  'KO',
  'SEG',
  'DOC',
  'RTSTRUCT',
  'RTDOSE',
  'RTPLAN',
  'AU',
]);
/** Any transfer syntax: without it a server decompresses, which takes long and makes files many times larger. */
const ACCEPT = 'multipart/related; type="application/dicom"; transfer-syntax=*';
const MAX_INSTANCE_BYTES = 2 ** 32;
const PARALLEL = 4;
const LISTED = 1_000;
const STALE_MS = 3_600_000;
/** What costs one instance; anything else would cost all that follow. */
const OF_ONE: ReadonlySet<ErrorCode> = new Set(['pacs-answer', 'pacs-failed', 'format-unknown', 'format-corrupt']);

export interface FetchRequest {
  readonly folder: string;
  /** Study Instance UIDs. */
  readonly studies: readonly string[];
  /** Series of this modality alone; else all that have pictures. */
  readonly modality?: string | undefined;
}

export interface FetchProgress {
  /** Instances that are there. */
  readonly done: number;
  readonly total: number;
  readonly bytes: number;
}

export interface FetchTools {
  readonly signal: AbortSignal;
  onProgress(progress: FetchProgress): void;
}

interface Instance {
  readonly study: string;
  readonly series: string;
  readonly uid: string;
  readonly path: string;
}

/** @throws AppError as `Connection.ask` does, `disk-full`, `write-failed`; what was fetched before stays */
export async function fetchStudies(
  connection: Connection,
  { folder, studies, modality }: FetchRequest,
  { signal, onProgress }: FetchTools,
): Promise<PacsFetched> {
  const wanted: Instance[] = [];
  const isWanted = (series: FoundSeries): boolean =>
    modality === undefined ? !NO_PICTURES.has(series.modality) : series.modality === modality;
  const failed: Problem[] = [];
  for (const study of new Set(studies.map(asUid))) {
    const before = wanted.length;
    for (const { uid: series } of (await seriesOf(connection, study, signal)).filter(isWanted)) {
      const place = join(folder, study, series);
      const uids = await instancesOf(connection, { study, series }, signal);
      wanted.push(...uids.map((uid) => ({ study, series, uid, path: join(place, `${uid}.dcm`) })));
      await removeDrafts(place);
    }
    if (wanted.length > before) continue;
    const message = `${connection.host}: no study ${study} with pictures`;
    failed.push({ path: join(folder, study), code: 'file-not-found', message });
  }
  const counts = { done: 0, fetched: 0, kept: 0, bytes: 0 };
  const tell = (): void => onProgress({ done: counts.done, total: wanted.length, bytes: counts.bytes });
  tell();
  await inParallel(wanted, async (instance) => {
    if (await isThere(instance.path)) counts.kept++;
    else {
      try {
        counts.bytes += await fetchInstance(connection, instance, signal);
        counts.fetched++;
      } catch (error) {
        if (!isAppError(error) || !OF_ONE.has(error.code)) throw error;
        failed.push({ path: instance.path, code: error.code, message: error.message });
      }
    }
    counts.done++;
    tell();
  });
  const { fetched, kept, bytes } = counts;
  const folders = [...new Set(wanted.map(({ study }) => join(folder, study)))];
  return { folders, fetched, kept, bytes, failed: failed.slice(0, LISTED), failedCount: failed.length };
}

/** @returns bytes of the file */
function fetchInstance(connection: Connection, instance: Instance, signal: AbortSignal): Promise<number> {
  const { study, series, uid, path } = instance;
  const { host } = connection;
  const below = `studies/${study}/series/${series}/instances/${uid}`;
  return connection.ask(below, { accept: ACCEPT, signal }, async (answer) => {
    let bytes = 0;
    const produce = async (write: Write): Promise<void> => {
      for await (const chunk of contentOf(answer, host)) {
        bytes += chunk.length;
        await write(chunk);
      }
    };
    await writeAtomically(path, produce, (draft) => checkIsAsked(draft, instance, host));
    return bytes;
  });
}

/** Most servers send a multipart of one part, some the file itself. */
function contentOf({ contentType, chunks }: Answer, host: string): AsyncGenerator<Uint8Array> {
  if (/^application\/dicom\s*(;|$)/i.test(contentType)) return chunks(MAX_INSTANCE_BYTES);
  const boundary = boundaryOf(contentType);
  if (boundary === undefined) throw badAnswer(host, `"${contentType}" instead of an instance`);
  return onlyPart(chunks(MAX_INSTANCE_BYTES), boundary, host);
}

/** No other patient's picture under this name. */
async function checkIsAsked(draft: string, { study, series, uid }: Instance, host: string): Promise<void> {
  const header = await readDicomHeader(draft).catch((cause: unknown) => {
    throw badAnswer(host, `what came as an instance is no DICOM file: ${String(cause)}`);
  });
  const is = ['x0020000d', 'x0020000e', 'x00080018'].map((tag) => header.string(tag));
  if (is.join() !== [study, series, uid].join()) throw badAnswer(host, 'another instance than the one asked for');
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile() && found.size > 0,
    () => false,
  );
}

/** What a process that was killed had begun. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!/^\..*\.tmp$/.test(name)) continue;
    const draft = join(folder, name);
    const { mtimeMs } = await stat(draft).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > STALE_MS) await rm(draft, { force: true });
  }
}

/** Some at a time, beginning in order. The first error ends it when those under way have ended. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const one = async (): Promise<void> => {
    for (const item of waiting) {
      if (failures.length > 0) return;
      await work(item).catch((error: unknown) => void failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, one));
  if (failures.length > 0) throw failures[0];
}
