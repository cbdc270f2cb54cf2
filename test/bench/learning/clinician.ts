/**
 * The simulated clinician: opens the frame that the order brings, starts from the proposal where there is one, and clicks
 * until Dice >= 0.90 or ten clicks are spent. What comes of it is what the app learns from, good or bad.
 */
import { createHash } from 'node:crypto';
import { Embeddings } from '../../../main/finetune/prepare';
import { appearance } from '../../../main/finetune/split';
import { farthestFirst, isControl, mixed, stability, uncertainty } from '../../../main/finetune/ranking';
import { type FrameEmbedding, type Predictor, simulateClicks } from '../../../main/inference';
import type { FrameOrder } from '../../../shared/domain';
import { type GrayImage, mirror } from '../../../shared/image';
import { emptyMask, type Mask } from '../../../shared/mask';
import { dice } from '../../../shared/metrics';
import type { PoolFrame } from './pool';

const GOOD_DICE = 0.9;
export const MAX_CLICKS = 10;

export interface Correction {
  readonly frame: PoolFrame;
  readonly mask: Mask;
  /** Dice of the proposal, 0 where there was none; and of `mask`. */
  readonly before: number;
  readonly after: number;
  /** Until Dice >= 0.90; null where ten were not enough. */
  readonly clicks: number | null;
}

export class Clinician {
  readonly #embeddings: Embeddings;

  constructor(
    private readonly predictor: Predictor,
    embeddingsFolder: string,
  ) {
    this.#embeddings = new Embeddings(predictor, embeddingsFolder);
  }

  /** @param head name of an added head that proposes; null: nothing does */
  async correct(frame: PoolFrame, head: string | null): Promise<Correction> {
    const { truth } = frame;
    const embedding = await this.#embedding(frame);
    const proposal = head === null ? undefined : await this.predictor.propose(embedding, head);
    let mask = proposal?.mask ?? emptyMask(truth.widthPx, truth.heightPx);
    const before = dice(mask, truth);
    let clicks = -1;
    for await (mask of simulateClicks(this.predictor, embedding, truth, proposal)) {
      clicks++;
      if (dice(mask, truth) >= GOOD_DICE || clicks === MAX_CLICKS) break;
    }
    const after = dice(mask, truth);
    return { frame, mask, before, after, clicks: after >= GOOD_DICE ? clicks : null };
  }

  /** Mean Dice of the head's proposals. */
  async proposalDice(frames: readonly PoolFrame[], head: string): Promise<number> {
    let sum = 0;
    for (const frame of frames) {
      sum += dice((await this.predictor.propose(await this.#embedding(frame), head)).mask, frame.truth);
    }
    return sum / frames.length;
  }

  /** The frame to correct next. @param left not corrected yet, in file order */
  async next(
    order: FrameOrder,
    left: readonly PoolFrame[],
    corrected: readonly PoolFrame[],
    head: string | null,
    random: () => number,
  ): Promise<PoolFrame> {
    const place = await this.#place(order, left, corrected, head, random);
    const frame = left[place];
    if (!frame) throw new Error(`no frame ${place} of ${left.length}`);
    return frame;
  }

  async #place(...[order, left, corrected, head, random]: Parameters<Clinician['next']>): Promise<number> {
    if (order === 'file') return 0;
    const isUnranked = order === 'random' || (order === 'uncertain' && head === null);
    if (isUnranked || isControl(random())) return Math.floor(random() * left.length);
    const looks = (frames: readonly PoolFrame[]): Promise<Float32Array[]> =>
      Promise.all(frames.map(async (frame) => appearance((await this.#embedding(frame)).data)));
    if (order === 'different' || head === null) return farthestFirst(await looks(left), await looks(corrected))[0] ?? 0;
    const doubts: number[] = [];
    for (const frame of left) doubts.push(await this.#uncertainty(frame, head));
    if (order === 'mix') return mixed(await looks(left), await looks(corrected), doubts)[0] ?? 0;
    return doubts.indexOf(Math.max(...doubts));
  }

  /** By head and frame: a head's proposals do not change. */
  readonly #doubts = new Map<string, number>();

  async #uncertainty(frame: PoolFrame, head: string): Promise<number> {
    const key = `${head} ${frame.frameSha256}`;
    const known = this.#doubts.get(key);
    if (known !== undefined) return known;
    const plain = await this.predictor.propose(await this.#embedding(frame), head);
    const flipped = await this.predictor.propose(await this.#mirrored(frame), head);
    const doubt = uncertainty({
      predictedIou: plain.iou,
      stability: stability(plain.lowRes),
      flipDice: dice(plain.mask, mirror(flipped.mask)),
    });
    this.#doubts.set(key, doubt);
    return doubt;
  }

  #embedding({ frameSha256, image }: PoolFrame): Promise<FrameEmbedding> {
    return this.#of(frameSha256, image, () => image);
  }

  #mirrored({ frameSha256, image }: PoolFrame): Promise<FrameEmbedding> {
    const key = createHash('sha256').update(`${frameSha256} mirrored`).digest('hex');
    return this.#of(key, image, () => mirror(image));
  }

  async #of(key: string, { widthPx, heightPx }: GrayImage, image: () => GrayImage): Promise<FrameEmbedding> {
    const data = await this.#embeddings.of(key, () => Promise.resolve(image()));
    return { encoderId: this.predictor.model.manifest.encoderId, widthPx, heightPx, data };
  }
}
