/**
 * Whether heads draw the same on a frame's mirror image: a third sign of how sure they are, at the price of an encoding.
 * Done while the encode queue has long been empty, the least sure frames first, and given up at once when anybody wants
 * the encoder.
 */
import { LOW_RES_SIZE } from '../../models/autosamus';
import type { FrameDetail, FrameId } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { maskOfLogits, mirror } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import { dice } from '../../shared/metrics';
import { uncertainty } from '../finetune/ranking';
import type { HeadInUse, ProjectStore } from '../project';
import type { EncodeRequest } from './encode-api';
import type { StoredEmbedding } from './embedding-file';
import type { LabelHeads } from './label-heads';
import { logError } from '../log';

export interface MirrorParts {
  readonly store: ProjectStore;
  readonly labels: LabelHeads;
  /** Of the model in use; undefined while there is none. */
  modelId(): string | undefined;
  /** Nobody else wants the encoder. */
  isIdle(): boolean;
  /** Undefined for a frame that cannot be read. */
  open(frameId: FrameId): Promise<(FrameDetail & { readonly sha256: string }) | undefined>;
  /** Of the frame as it is. */
  embeddingOf(frame: FrameDetail, frameSha256: string, signal: AbortSignal): Promise<StoredEmbedding>;
  encode(request: EncodeRequest, signal: AbortSignal): Promise<StoredEmbedding>;
  /** What a head draws; logits [128, 128]. */
  lowResOf(embedding: StoredEmbedding, head: string, signal: AbortSignal): Promise<Float32Array>;
}

/** The queue has been empty for so long: somebody who looks through frames is left alone. */
const QUIET_MS = 2_000;
/** As long as the queue lets an encoding go on that is in its way; see encode-queue.ts. */
const GRACE_MS = 1_000;
/** Which frames are the least sure is looked up anew after so many. */
const BATCH = 20;

export class MirrorChecks {
  #wanted = false;
  #closed = false;
  #running: { readonly controller: AbortController; readonly sinceMs: number } | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Not asked again: their files cannot be read, or their heads not be asked. */
  readonly #failed = new Set<FrameId>();

  constructor(private readonly parts: MirrorParts) {}

  /** From now on, whenever there is time. */
  want(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.stir();
  }

  /** The encode queue is another. */
  stir(): void {
    if (!this.#wanted || this.#closed) return;
    clearTimeout(this.#timer);
    if (this.#running) {
      if (this.parts.isIdle()) return;
      const { controller, sinceMs } = this.#running;
      this.#timer = setTimeout(() => controller.abort(), Math.max(0, GRACE_MS - (Date.now() - sinceMs)));
    } else if (this.parts.isIdle()) {
      this.#timer = setTimeout(() => void this.#run(), QUIET_MS);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#running?.controller.abort();
  }

  async #run(): Promise<void> {
    const controller = new AbortController();
    const mayGoOn = (): boolean => !this.#closed && !controller.signal.aborted && this.parts.isIdle();
    this.#running = { controller, sinceMs: Date.now() };
    try {
      for (let batch = await this.#next(); batch.length > 0 && mayGoOn(); batch = await this.#next()) {
        for (const unchecked of batch) {
          if (!mayGoOn()) break;
          this.#running = { controller, sinceMs: Date.now() };
          await this.#check(unchecked, controller.signal).catch(() => {
            if (!controller.signal.aborted) this.#failed.add(unchecked.frameId);
          });
        }
      }
    } catch (error) {
      if (!this.#closed) logError('inference', error);
    }
    const isInterrupted = !mayGoOn();
    this.#running = undefined;
    if (isInterrupted) this.stir();
  }

  /** Frames whose flips are not known yet, the least sure first. */
  async #next(): Promise<Unchecked[]> {
    const { store, labels } = this.parts;
    const modelId = this.parts.modelId();
    if (modelId === undefined) return [];
    const inUse = new Map((await labels.list()).map(({ id, head }) => [id, head?.name]));
    const workedOn = new Set(await store.scores.workedOn());
    const found = new Map<FrameId, Unchecked>();
    for (let page = await store.scores.after(0, modelId); page.rows.length > 0;) {
      for (const score of page.rows) {
        const { frameId, labelId, head, flipDice } = score;
        if (flipDice !== null || head !== inUse.get(labelId) || workedOn.has(frameId)) continue;
        const { heads, doubt } = found.get(frameId) ?? { heads: [], doubt: 0 };
        const most = Math.max(doubt, uncertainty(score));
        found.set(frameId, { frameId, heads: [...heads, { labelId, head }], doubt: most });
      }
      page = await store.scores.after(page.lastId, modelId);
    }
    return [...found.values()]
      .filter(({ frameId }) => !this.#failed.has(frameId))
      .sort((a, b) => b.doubt - a.doubt)
      .slice(0, BATCH);
  }

  async #check({ frameId, heads }: Unchecked, signal: AbortSignal): Promise<void> {
    const { store, open, embeddingOf, encode, lowResOf } = this.parts;
    const modelId = this.parts.modelId();
    const frame = await open(frameId);
    if (modelId === undefined || !frame) throw new AppError('cancelled', `frame ${frameId}`, 'frame or model has gone');
    const { sha256: frameSha256, absolutePath: path, frameIndex } = frame;
    const embedding = await embeddingOf(frame, frameSha256, signal);
    const mirrored = await encode({ path, frameIndex, frameSha256, mirrored: true }, signal);
    for (const used of heads) {
      const straight = maskOf(await lowResOf(embedding, used.head, signal));
      const flipped = mirror(maskOf(await lowResOf(mirrored, used.head, signal)));
      await store.scores.putFlip({ frameId, frameSha256, modelId }, used, dice(straight, flipped));
    }
  }
}

/** A frame, and the heads in use that have proposed on it. */
interface Unchecked {
  readonly frameId: FrameId;
  readonly heads: readonly HeadInUse[];
  readonly doubt: number;
}

function maskOf(lowRes: Float32Array): Mask {
  return maskOfLogits(lowRes, LOW_RES_SIZE, LOW_RES_SIZE, LOW_RES_SIZE, LOW_RES_SIZE);
}
