/**
 * A model ready to predict, in this process: encode a frame once, then propose and decode from its embedding as often as
 * wanted. Callers speak source-image pixels only. Sessions are made when first needed and block while they run.
 */
import { GRID_SIZE, INPUT_SIZE_PX, LOW_RES_SIZE, decoderGraph, encoderGraph, headGraph } from '../../models/autosamus';
import { POINT_LABEL, type HeadConfig } from '../../models/autosamus';
import { withHead, type HeadTensors, type Model } from '../../models/folder';
import { createSession, foldConstants, type Session, type SessionOptions } from '../../models/graph';
import type { Prompt } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { type GrayImage, maskOfLogits, resizeBilinearAntialias } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import { confineToBox, toNetworkPrompt } from './coordinates';
import { progressiveMerge } from './progressive-merge';

/** The encoder's output for one frame, and what it belongs to. */
export interface FrameEmbedding {
  readonly encoderId: string;
  readonly widthPx: number;
  readonly heightPx: number;
  /** [C, 32, 32] */
  readonly data: Float32Array;
}

export interface Prediction {
  /** At the frame's own size. */
  readonly mask: Mask;
  /** Logits [128, 128]: the mask prompt of the next click. */
  readonly lowRes: Float32Array;
  /** The model's own estimate of IoU, 0 to 1. */
  readonly iou: number;
}

/** Sessions have a fixed number of points; a prompt runs in the smallest that holds it. */
const POINT_CAPACITIES = [8, 32, 128, 1024];

/** A head that is not the model's own. */
export interface AddedHead {
  readonly version: string;
  readonly config: HeadConfig;
  readonly tensors: HeadTensors;
}

export class Predictor {
  private readonly added = new Map<string, AddedHead>();
  private readonly sessions = new Map<string, Promise<Session>>();

  /** @param options provider and threads of every session */
  constructor(
    readonly model: Model,
    private readonly options: Omit<SessionOptions, 'weightsFolder'> = {},
  ) {}

  /** Takes as long as the encoder takes: about 0.25 s on 2 cores for the bundled model. */
  async encode(image: GrayImage): Promise<FrameEmbedding> {
    const session = await this.session(
      'encoder',
      () => encoderGraph(this.model.manifest.config, 1),
      this.model.weights,
    );
    const { data } = resizeBilinearAntialias(image, INPUT_SIZE_PX, INPUT_SIZE_PX);
    const input = {
      shape: [1, 1, INPUT_SIZE_PX, INPUT_SIZE_PX],
      data: new Float32Array(data).map((value) => value / 255),
    };
    const { image_embedding } = await session.run({ image: input });
    if (!image_embedding) throw new AppError('provider-failed', 'encoder', 'no embedding came back');
    const { widthPx, heightPx } = image;
    return { encoderId: this.model.manifest.encoderId, widthPx, heightPx, data: image_embedding.data };
  }

  /** From now on `propose` knows a head by this name; it hides one of the model that is called so. */
  addHead(name: string, head: AddedHead): void {
    this.added.set(name, head);
  }

  /** Whether a head of this name was added. */
  hasHead(name: string): boolean {
    return this.added.has(name);
  }

  /** Forgets an added head and frees what it holds. */
  async removeHead(name: string): Promise<void> {
    this.added.delete(name);
    const session = this.sessions.get(sessionOf(name));
    this.sessions.delete(sessionOf(name));
    await (await session)?.release();
  }

  /** @throws AppError 'label-unknown' */
  headVersion(name: string): string {
    return (this.added.get(name) ?? this.model.head(name)).version;
  }

  /** What the head of this name draws with no prompt. @throws AppError 'label-unknown' */
  async propose(embedding: FrameEmbedding, head: string): Promise<Prediction> {
    const added = this.added.get(head);
    const { config } = added ?? this.model.head(head);
    const weights = added ? withHead(this.model, added.tensors) : this.model.headWeights(head);
    const session = await this.session(
      sessionOf(head),
      () => headGraph(this.model.manifest.config, config, 1),
      weights,
    );
    return predictionOf(await this.run(session, embedding, {}), embedding);
  }

  /**
   * The mask that points and box ask for.
   *
   * @param previous low-resolution logits of the mask to refine: the last points are then what is new, and change it where
   *   they point and nowhere else
   * @param fresh how many of them are new
   * @throws AppError 'prompt-invalid'
   */
  async decode(embedding: FrameEmbedding, prompt: Prompt, previous?: Float32Array, fresh = 1): Promise<Prediction> {
    const { points, labels } = toNetworkPrompt(prompt, embedding.widthPx, embedding.heightPx);
    const { capacity, session } = this.decoder(labels.length);
    const allPoints = new Float32Array(2 * capacity);
    allPoints.set(points);
    const allLabels = new Float32Array(capacity).fill(POINT_LABEL.absent);
    allLabels.set(labels);
    const area = LOW_RES_SIZE * LOW_RES_SIZE;
    if (previous && previous.length !== area) throw new AppError('prompt-invalid', 'mask', 'logits are not 128x128');
    const answer = await this.run(await session, embedding, {
      points: { shape: [1, capacity, 2], data: allPoints },
      point_labels: { shape: [1, capacity], data: allLabels },
      mask_input: { shape: [1, 1, LOW_RES_SIZE, LOW_RES_SIZE], data: previous ?? new Float32Array(area) },
      has_mask: { shape: [1, 1], data: Float32Array.of(previous ? 1 : 0) },
    });
    const { widthPx, heightPx } = embedding;
    confineToBox(answer.lowRes, prompt, widthPx, heightPx);
    if (!previous || prompt.points.length === 0) return predictionOf(answer, embedding);
    const lowRes = prompt.points
      .slice(-fresh)
      .reduce(
        (merged, click) => progressiveMerge(merged, answer.lowRes, click, { ...prompt, widthPx, heightPx }),
        previous,
      );
    return predictionOf({ ...answer, lowRes }, embedding);
  }

  /**
   * Makes what a prompt of so many points will need, if it is not there: a fifth of a second that a click would wait.
   *
   * @returns whether anything had to be made
   */
  async prepare(points: number): Promise<boolean> {
    const made = this.sessions.size;
    await this.decoder(points).session;
    return this.sessions.size > made;
  }

  async dispose(): Promise<void> {
    const sessions = await Promise.allSettled(this.sessions.values());
    this.sessions.clear();
    await Promise.all(sessions.map((result) => (result.status === 'fulfilled' ? result.value.release() : undefined)));
  }

  /** @throws AppError 'prompt-invalid' for more points than any decoder holds */
  private decoder(points: number): { readonly capacity: number; readonly session: Promise<Session> } {
    const capacity = POINT_CAPACITIES.find((n) => n >= points);
    if (capacity === undefined) throw new AppError('prompt-invalid', 'points', `${points} points are too many`);
    const graph = () => decoderGraph(this.model.manifest.config, 1, capacity);
    return { capacity, session: this.session(`decoder ${capacity}`, graph, this.model.weights) };
  }

  private async run(
    session: Session,
    { encoderId, data }: FrameEmbedding,
    inputs: Parameters<Session['run']>[0],
  ): Promise<Omit<Prediction, 'mask'>> {
    if (encoderId !== this.model.manifest.encoderId) {
      throw new AppError('model-invalid', this.model.folder, 'the embedding was made by another encoder');
    }
    const shape = [1, this.model.manifest.config.promptDim, GRID_SIZE, GRID_SIZE];
    const { low_res, iou } = await session.run({ ...inputs, image_embedding: { shape, data } });
    if (!low_res || !iou) throw new AppError('provider-failed', 'decoder', 'no mask came back');
    return { lowRes: low_res.data, iou: Math.min(1, Math.max(0, iou.data[0] ?? 0)) };
  }

  private session(name: string, graph: () => Parameters<typeof foldConstants>[0], weights: Model['weights']) {
    const known = this.sessions.get(name);
    if (known) return known;
    const options: SessionOptions = { ...this.options, weightsFolder: this.model.folder };
    const created = foldConstants(graph(), weights, options).then((folded) => createSession(folded, weights, options));
    // A session that could not be made is tried again at the next call.
    created.catch(() => this.sessions.delete(name));
    this.sessions.set(name, created);
    return created;
  }
}

function predictionOf(answer: Omit<Prediction, 'mask'>, { widthPx, heightPx }: FrameEmbedding): Prediction {
  return { ...answer, mask: maskOfLogits(answer.lowRes, LOW_RES_SIZE, LOW_RES_SIZE, widthPx, heightPx) };
}

function sessionOf(head: string): string {
  return `head ${head}`;
}
