/**
 * Imports masks into a project: each becomes a revision in state `imported`, which the user accepts, or refines by clicks.
 * Nobody's work is replaced; a proposal that nobody has looked at is.
 */
import type { FrameEdit, FrameId, FrameSummary, Label, MaskChange, MaskInstance, SavedEdit } from '../../shared/domain';
import { AppError, isTaken } from '../../shared/errors';
import type { ImportProblem, ImportReport, ImportRequest } from '../../shared/ipc';
import { exportNames, flatNames } from '../export';
import type { ProjectStore } from '../project';
import type { ImportableFrame } from './found-mask';
import type { ImportAsked, ReadMask, ReadMasks, ReadTools } from './read-masks';

export interface ImportTools extends ReadTools {
  readonly user: string;
  /** `readMasks`, in this process or elsewhere. */
  read(asked: ImportAsked, tools: ReadTools): Promise<ReadMasks>;
  /** Decodes a frame, so that its hash and size are known; what cannot be read stays unknown. */
  open(frameId: FrameId): Promise<unknown>;
  /** Saves an edit. @throws AppError as `Masks.save` does */
  save(edit: FrameEdit): Promise<SavedEdit>;
}

const PAGE = 500;
const PROBLEMS_LISTED = 1_000;
const CHANGES_AT_ONCE = 500;

/** What is to be saved on a frame. */
interface Fitting {
  readonly frameId: FrameId;
  readonly frameSha256: string;
  readonly masks: readonly ReadMask[];
}

/** @throws AppError `cancelled` (what was saved stays), `file-not-found`, `disk-full`, `write-failed` */
export async function importMasks(
  store: ProjectStore,
  { paths, label: fallback }: ImportRequest,
  tools: ImportTools,
): Promise<ImportReport> {
  const labelNames = (await store.labels.list()).map(({ name }) => name);
  const ask = async (tried: readonly FrameId[]): Promise<ReadMasks> =>
    tools.read({ paths, frames: await importable(store, tried), labels: labelNames, fallback }, tools);
  let read = await ask([]);
  const { needed } = read;
  if (needed.length > 0) {
    for (const [i, id] of needed.entries()) {
      checkpoint(tools.signal);
      await tools.open(id);
      tools.onProgress({ done: i + 1, total: needed.length });
    }
    read = await ask(needed);
  }
  const problems = [...read.problems];
  const fitting = await fittingMasks(store, read.masks, tools, problems);
  const before = new Set(labelNames);
  const labels = await labelsFor(
    store,
    fitting.flatMap(({ masks }) => masks),
  );
  const counts = { masks: 0, frames: 0 };
  for (const [i, each] of fitting.entries()) {
    checkpoint(tools.signal);
    const added = await saveOn(store, each, labels, tools, problems);
    counts.masks += added;
    if (added > 0) counts.frames++;
    tools.onProgress({ done: i + 1, total: fitting.length });
  }
  const newLabels = [...labels.keys()].filter((name) => !before.has(name));
  const listed = problems.slice(0, PROBLEMS_LISTED);
  return { files: read.files, ...counts, newLabels, problems: listed, problemCount: problems.length };
}

function checkpoint(signal: AbortSignal): void {
  if (signal.aborted) throw new AppError('cancelled', 'import', 'the import was withdrawn');
}

async function importable(store: ProjectStore, tried: readonly FrameId[]): Promise<ImportableFrame[]> {
  const all: FrameSummary[] = [];
  for (let offset = 0; ; offset += PAGE) {
    const { frames } = await store.frames.list({ filter: {}, limit: PAGE, offset });
    all.push(...frames);
    if (frames.length < PAGE) break;
  }
  const wasTried = new Set(tried);
  const names = exportNames(all);
  const flat = flatNames(names);
  const paths = new Map((await store.images.list()).map(({ id, absolutePath }) => [id, absolutePath]));
  return all.map(({ id, imageId, relativePath, frameIndex, frameCount, sha256, widthPx, heightPx }, i) => ({
    ...{
      id,
      imageId,
      absolutePath: paths.get(imageId) ?? '',
      relativePath,
      frameIndex,
      frameCount,
      sha256,
      widthPx,
      heightPx,
    },
    ...{ name: names[i] ?? '', flatName: flat[i] ?? '', tried: wasTried.has(id) },
  }));
}

/** The masks of each frame that fit it. Frames that nobody has opened yet are decoded: so far only their headers were read. */
async function fittingMasks(
  store: ProjectStore,
  masks: readonly ReadMask[],
  { open, signal, onProgress }: ImportTools,
  problems: ImportProblem[],
): Promise<Fitting[]> {
  const byFrame = new Map<FrameId, ReadMask[]>();
  for (const mask of masks) {
    const others = byFrame.get(mask.frameId);
    if (others) others.push(mask);
    else byFrame.set(mask.frameId, [mask]);
  }
  const fitting: Fitting[] = [];
  for (const [i, [frameId, found]] of [...byFrame].entries()) {
    checkpoint(signal);
    let frame = await store.frames.get(frameId);
    if (frame.sha256 === null) {
      await open(frameId);
      frame = await store.frames.get(frameId);
    }
    const unfits = found.map((mask) => unfit(mask, frame));
    problems.push(...unfits.filter((problem) => problem !== null));
    const fit = found.filter((_, n) => unfits[n] === null);
    if (frame.sha256 !== null && fit.length > 0) fitting.push({ frameId, frameSha256: frame.sha256, masks: fit });
    onProgress({ done: i + 1, total: byFrame.size });
  }
  return fitting;
}

/** The labels of the masks by name; missing ones are made, as the masks need them. */
async function labelsFor(store: ProjectStore, masks: readonly ReadMask[]): Promise<Map<string, Label>> {
  const known = new Map((await store.labels.list()).map((label) => [label.name, label]));
  const most = new Map<string, number>();
  const onFrame = new Map<string, number>();
  for (const { frameId, label } of masks) {
    const key = `${frameId}/${label}`;
    const n = (onFrame.get(key) ?? 0) + 1;
    onFrame.set(key, n);
    most.set(label, Math.max(n, most.get(label) ?? 0));
  }
  for (const [name, n] of most) {
    if (known.has(name)) continue;
    known.set(name, await store.labels.create({ name, instances: n > 1 ? 'multiple' : 'single' }));
  }
  return new Map([...known].filter(([name]) => most.has(name)));
}

/** @returns how many were saved */
async function saveOn(
  store: ProjectStore,
  { frameId, frameSha256, masks }: Fitting,
  labels: ReadonlyMap<string, Label>,
  { user, save }: ImportTools,
  problems: ImportProblem[],
): Promise<number> {
  const there = (await store.masks.ofFrame(frameId)).filter(
    ({ current: { state } }) => state !== 'rejected' && state !== 'deleted',
  );
  const changes: MaskChange[] = [];
  const sources: string[] = [];
  const seen = new Set(there.map(({ labelId, current }) => `${labelId}/${current.rle.counts}`));
  const replaced = new Set<number>();
  const filled = new Set<number>();
  for (const { label: name, rle, file } of masks) {
    const label = labels.get(name);
    if (!label) continue;
    const own = there.filter(({ labelId }) => labelId === label.id);
    const key = `${label.id}/${rle.counts}`;
    const proposal = own.find((mask) => isUntouched(mask) && !replaced.has(mask.id));
    const isFull = label.instances === 'single' && (own.length > (proposal ? 1 : 0) || filled.has(label.id));
    if (seen.has(key)) problems.push({ file, kind: 'already', detail: name });
    else if (isFull) problems.push({ file, kind: 'occupied', detail: name });
    else {
      seen.add(key);
      filled.add(label.id);
      const content = { state: 'imported', rle, origin: { tool: 'import', source: file } } as const;
      if (proposal) replaced.add(proposal.id);
      sources.push(file);
      changes.push(
        proposal
          ? { kind: 'edit', maskId: proposal.id, previousId: proposal.current.id, ...content }
          : { kind: 'add', labelId: label.id, ...content },
      );
    }
  }
  for (let first = 0; first < changes.length; first += CHANGES_AT_ONCE) {
    const piece = changes.slice(first, first + CHANGES_AT_ONCE);
    try {
      await save({ frameId, frameSha256, user, changes: piece });
    } catch (error) {
      if (!isTaken(error)) throw error;
      const { message: detail } = error;
      problems.push(...sources.slice(first).map((source) => ({ file: source, kind: 'taken' as const, detail })));
      return first;
    }
  }
  return changes.length;
}

/** What only the decoded frame tells. */
function unfit({ rle, file, fileSha256 }: ReadMask, frame: FrameSummary): ImportProblem | null {
  const { sha256, widthPx, heightPx, relativePath } = frame;
  if (sha256 === null) return { file, kind: 'unreadable', detail: `its frame ${relativePath} cannot be read` };
  if (fileSha256 === sha256) return { file, kind: 'unreadable', detail: 'it is the image itself, not a mask' };
  if (rle.widthPx === widthPx && rle.heightPx === heightPx) return null;
  return { file, kind: 'size', detail: `${rle.widthPx}x${rle.heightPx}, the frame ${widthPx}x${heightPx}` };
}

function isUntouched({ current: { state } }: MaskInstance): boolean {
  return state === 'proposed';
}
