/** Batches of the project that is open in the window: the desk over utility processes, and what the page is told. */
import type { FrameId } from '../../shared/domain';
import type { BatchStatus } from '../../shared/ipc';
import { BatchDesk, type FrameEnd } from '../batch';
import type { InferenceHost } from '../inference';
import type { ProjectStore } from '../project';
import { summaryOf } from '../study';
import type { Page } from './page';
import { utilityWorker } from './utility-transport';
import type { PreferenceStore } from './preferences';
import { logError } from '../log';

/** How often the page hears of frames and of how far a batch is. */
const TELL_MS = 300;
/** Of more frames at once the list reads its page anew. */
const MOST_FRAMES = 40;

export class OpenBatches {
  readonly desk: BatchDesk;
  readonly #changed = new Set<FrameId>();
  #status: BatchStatus | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly store: ProjectStore,
    private readonly inference: InferenceHost,
    private readonly page: Page,
    parts: { readonly modelFolder: string; readonly preferences: PreferenceStore; user(): string },
  ) {
    const { labels, project } = inference;
    if (!labels || !project) throw new Error('no project is open');
    this.desk = new BatchDesk({
      ...{ store, labels, modelFolder: parts.modelFolder, user: () => parts.user(), startWorker: utilityWorker },
      model: () => inference.manifest,
      // As it is when workers are started.
      provider: () => parts.preferences.provider,
      mayStart: () => project.whenNobodyWaits(),
      inTurn: (write) => project.proposer.inTurn(write),
      onStatus: (status) => this.#take(status),
      onFrame: (end, modelId) => this.#takeFrame(end, modelId),
    });
  }

  /** Before the project's store is closed. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.desk.close();
  }

  #take(status: BatchStatus): void {
    const isOther = this.#status?.batch.state !== status.batch.state || this.#status.working !== status.working;
    this.#status = status;
    if (isOther) this.#tell();
    else this.#timer ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  #takeFrame({ frameId, frameSha256, outcome, masks }: FrameEnd, modelId: string): void {
    if (outcome === 'left') return;
    this.#changed.add(frameId);
    if (frameSha256 !== null && masks.length > 0 && this.inference.project?.isInFocus(frameId)) {
      this.page.tell('masks.proposed', { frameId, frameSha256, modelId, masks: [...masks], empty: [] });
    }
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#closed) return;
    if (this.#status) this.page.tell('batch.progress', this.#status);
    const changed = [...this.#changed];
    this.#changed.clear();
    if (changed.length > MOST_FRAMES) this.page.tell('frames.changed', { frames: null });
    else if (changed.length > 0) void this.#tellFrames(changed).catch((error: unknown) => this.#quietly(error));
  }

  async #tellFrames(ids: readonly FrameId[]): Promise<void> {
    const frames = [];
    for (const id of ids) frames.push(summaryOf(await this.store.frames.get(id)));
    if (!this.#closed) this.page.tell('frames.changed', { frames });
  }

  #quietly(error: unknown): void {
    if (!this.#closed) logError('batch', error);
  }
}
