/**
 * Adds the images of files and folders to a project: the study worker finds and inspects them, the project stores them
 * piece by piece. Which project that is, is the caller's affair (project-place.ts).
 */
import type { SourceImage } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import type { AddedStudy, Indexing, Problem } from '../../shared/ipc';
import type { WorkerHost } from '../inference';
import type { ProjectStore } from '../project';
import type { IndexedPiece } from './index-study';
import type { StudyApi } from './study-api';

/** Problems that are answered one by one; beyond, they are counted. */
const PROBLEMS_LISTED = 1_000;

export interface AddOptions {
  /** Ends it between two pieces; what was added stays. */
  readonly signal: AbortSignal;
  onProgress(progress: Indexing): void;
  /** What the project is to know of an image; all of it where it is absent. */
  readonly known?: (image: SourceImage) => SourceImage;
}

/** @throws AppError `disk-full`, `write-failed`, `worker-died` */
export async function addStudy(
  store: ProjectStore,
  worker: WorkerHost<StudyApi>,
  paths: readonly string[],
  { signal, onProgress, known = (image) => image }: AddOptions,
): Promise<Omit<AddedStudy, 'project'>> {
  const counts = { added: 0, unchanged: 0, changed: 0 };
  const problems = new ProblemList();
  const progress = { found: 0, done: 0 };
  /** A worker that died begins again: what it had found before is not counted twice. */
  const seen = new Set<string>();

  const take = async ({ images, found }: IndexedPiece): Promise<void> => {
    const fresh = images.filter(({ absolutePath }) => !seen.has(absolutePath));
    if (signal.aborted) return;
    const added = await store.images.add(fresh.map(known));
    for (const { absolutePath } of fresh) seen.add(absolutePath);
    counts.added += added.added;
    counts.unchanged += added.unchanged;
    counts.changed += added.changed;
    for (const { absolutePath, problem, problemDetail } of fresh) {
      if (problem) problems.add({ path: absolutePath, code: problem, message: problemDetail ?? problem });
    }
    Object.assign(progress, { found, done: seen.size });
    onProgress({ ...progress, finished: false, currentPath: images.at(-1)?.absolutePath ?? null });
  };

  // Pieces are stored in the order they come, one after the other.
  let storing: Promise<unknown> = Promise.resolve();
  const queue = (piece: unknown): void => {
    storing = storing.then(() => take(piece as IndexedPiece));
    // Its error is met below; until then it must not count as unhandled.
    storing.catch(() => undefined);
  };
  try {
    const failures = await worker.request('index', { paths }, { signal, onProgress: queue });
    for (const { subject, code, message } of failures) problems.add({ path: subject, code, message });
  } catch (error) {
    if (!isAppError(error) || error.code !== 'cancelled') throw error;
  }
  await storing;
  onProgress({ ...progress, finished: true, currentPath: null });
  return { ...counts, failed: problems.listed, failedCount: problems.count, cancelled: signal.aborted };
}

class ProblemList {
  readonly listed: Problem[] = [];
  count = 0;

  add(problem: Problem): void {
    this.count++;
    if (this.listed.length < PROBLEMS_LISTED) this.listed.push(problem);
  }
}
