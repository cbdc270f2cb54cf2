/**
 * Exports a project's masks into a new folder: PNG, one file an instance, and COCO. The folder is made under a hidden name
 * and renamed when everything in it is on the disk: it is complete or absent. Sources are not read: masks are at the
 * frames' own size already.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { FrameSummary, Label, LabelId, MaskInstance, MaskRle } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { ExportRequest, ExportResult, Problem } from '../../shared/ipc';
import { maskFromCocoRle } from '../../shared/mask';
import type { ProjectStore } from '../project';
import { writeError } from './atomic-file';
import { cocoInstance, writeCoco, type CocoImage, type CocoInstance } from './coco';
import { exportNames } from './export-names';

export interface ExportTools {
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
  /** Writes a mask as PNG: elsewhere than in this process, which has a window to serve. */
  writePng(path: string, rle: MaskRle): Promise<void>;
}

const PAGE = 500;
const WARNINGS_LISTED = 1_000;

interface ExportedFrame {
  readonly frame: FrameSummary;
  /** Name of its files, without extension, with `/` between folders. */
  readonly name: string;
}

/** @throws AppError `cancelled`, `disk-full`, `write-failed`; nothing is left behind then. */
export async function exportProject(
  store: ProjectStore,
  request: ExportRequest,
  tools: ExportTools,
): Promise<ExportResult> {
  const draft = join(request.folder, `.sonomask-export-${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    const result = await new Exporter(store, request, tools, draft).run();
    await flushFolder(draft);
    if (tools.signal.aborted) throw cancelled(request.folder);
    const folder = freeName(request.folder, `${store.name} masks`);
    await rename(draft, folder);
    await flushFolder(request.folder);
    return { ...result, folder };
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    throw isAppError(cause) ? cause : writeError(request.folder, cause);
  }
}

class Exporter {
  readonly #labels = new Map<LabelId, Label>();
  readonly #warnings: Problem[] = [];
  #masks = 0;
  #done = 0;
  #total = 0;

  constructor(
    private readonly store: ProjectStore,
    private readonly request: ExportRequest,
    private readonly tools: ExportTools,
    private readonly folder: string,
  ) {}

  async run(): Promise<Omit<ExportResult, 'folder'>> {
    const { formats, labelIds } = this.request;
    for (const label of await this.store.labels.list()) {
      if (!labelIds || labelIds.includes(label.id)) this.#labels.set(label.id, label);
    }
    const frames = await this.#frames();
    this.#total = frames.length * formats.length;
    for (const format of new Set(formats)) {
      this.#masks = 0;
      if (format === 'png') await this.#writePngs(frames);
      else await this.#writeCoco(frames);
    }
    return { frames: frames.length, masks: this.#masks, warnings: this.#warnings };
  }

  /** In the order of the study list. */
  async #frames(): Promise<ExportedFrame[]> {
    const wanted: FrameSummary[] = [];
    for (let offset = 0; ; offset += PAGE) {
      const { frames } = await this.store.frames.list({ filter: {}, limit: PAGE, offset });
      const { include } = this.request;
      wanted.push(
        ...frames.filter(({ review, maskCount }) => (include === 'accepted' ? review === 'accepted' : maskCount > 0)),
      );
      if (frames.length < PAGE) break;
    }
    for (const frame of wanted) this.#warn(frame);
    const names = exportNames(wanted);
    return wanted.map((frame, i) => ({ frame, name: names[i] ?? String(frame.id) }));
  }

  async #writePngs(frames: readonly ExportedFrame[]): Promise<void> {
    const folders = exportNames(
      [...this.#labels.values()].map(({ id, name }) => ({ imageId: id, relativePath: name })),
    );
    const folderOf = new Map([...this.#labels.keys()].map((id, i) => [id, folders[i] ?? String(id)]));
    for (const { frame, name } of frames) {
      const masks = await this.#masksOf(frame);
      for (const mask of masks) {
        const same = masks.filter(({ labelId }) => labelId === mask.labelId);
        const number = same.length > 1 ? `-${same.indexOf(mask) + 1}` : '';
        const path = join(this.folder, 'masks', folderOf.get(mask.labelId) ?? '', ...`${name}${number}.png`.split('/'));
        await this.tools.writePng(path, mask.current.rle);
      }
      this.#count(masks.length);
    }
  }

  async #writeCoco(frames: readonly ExportedFrame[]): Promise<void> {
    const labels = [...this.#labels.values()].map(({ name }) => name);
    const { name: project } = this.store;
    let pass = 0;
    const images = () => this.#cocoImages(frames, ++pass === 2);
    await writeCoco(join(this.folder, 'coco.json'), { labels, description: `${project}, SonoMask`, images });
  }

  async *#cocoImages(frames: readonly ExportedFrame[], counted: boolean): AsyncIterable<CocoImage> {
    for (const { frame } of frames) {
      const masks = await this.#masksOf(frame);
      const instances = masks.flatMap((mask) => this.#instance(mask) ?? []);
      const { widthPx = frame.widthPx, heightPx = frame.heightPx } = masks[0]?.current.rle ?? {};
      if (counted) this.#count(masks.length);
      // A frame that was accepted without masks is an image without annotations; one that was never read has no size.
      if (widthPx === null || heightPx === null) continue;
      yield { fileName: frame.relativePath, widthPx, heightPx, instances };
    }
  }

  #instance({ labelId, current }: MaskInstance): CocoInstance | undefined {
    const { widthPx, heightPx, counts } = current.rle;
    const mask = maskFromCocoRle({ size: [heightPx, widthPx], counts });
    return cocoInstance(this.#labels.get(labelId)?.name ?? '', mask, current.quality ?? undefined);
  }

  async #masksOf({ id }: FrameSummary): Promise<MaskInstance[]> {
    if (this.tools.signal.aborted) throw cancelled(this.request.folder);
    const masks = await this.store.masks.ofFrame(id);
    return masks.filter(({ labelId, current: { state } }) => {
      const counts = state !== 'rejected' && state !== 'deleted';
      return counts && this.#labels.has(labelId) && (this.request.include === 'all' || state !== 'proposed');
    });
  }

  #warn(frame: FrameSummary): void {
    if (frame.problem === null || this.#warnings.length === WARNINGS_LISTED) return;
    const code = frame.problem === 'changed' ? 'frame-changed' : frame.problem;
    this.#warnings.push({ path: frame.relativePath, code, message: `the source: ${frame.problem}` });
  }

  #count(masks: number): void {
    this.#masks += masks;
    this.tools.onProgress({ done: ++this.#done, total: this.#total });
  }
}

/** `name`, or `name 2`, `name 3`, ... */
function freeName(folder: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${name} ${n}`);
    if (!existsSync(path)) return path;
  }
}

/** Windows cannot open folders and flushes them by itself. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function cancelled(folder: string): AppError {
  return new AppError('cancelled', folder, 'the export was withdrawn');
}
