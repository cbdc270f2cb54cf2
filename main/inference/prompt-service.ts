/**
 * What the prompt worker does: masks for clicks and proposals, from embeddings that main hands it. It reads no file but
 * the model's and never encodes. Every answer names the frame, model and request it belongs to.
 */
import { GRID_SIZE, type HeadConfig } from '../../models/autosamus';
import { readHeadFile, readModel } from '../../models/folder';
import { ByteLru } from '../../shared/byte-lru';
import { packMask } from '../../shared/mask';
import type { DecodeRequest, MaskReply, PromptApi, PromptReply, ProposeRequest } from '../../shared/prompt-worker';
import type { WorkerContext } from '../../shared/worker-protocol';
import { frameEmbedding, type StoredEmbedding } from './embedding-file';
import { Predictor, type FrameEmbedding, type Prediction } from './predictor';
import { rememberingPrevious } from './previous-mask';
import { PromptQueue } from './prompt-queue';
import { checkedDecode, checkedPropose } from './prompt-requests';

/** As floats an embedding of the bundled model is 1 MiB: the frame on screen, its neighbours, and the last ones. */
const HELD_BYTES = 48 * 2 ** 20;
/** A decoder for this many points more than there are is made while the user looks; the box and padding count too. */
const POINTS_AHEAD = 4;

export interface HoldRequest {
  readonly embedding: StoredEmbedding;
  /** Frames, by hash, that must not be forgotten for it: what is on screen. */
  readonly keep: readonly string[];
}

/** A head of the open project. Requests name it like the model's own. */
export interface ProvidedHead {
  readonly name: string;
  readonly version: string;
  /** Absolute path. */
  readonly file: string;
  readonly sha256: string;
  readonly config: HeadConfig;
}

/** What main may ask beside what the page may (`PromptApi`). */
export type PromptWorkerApi = PromptApi & {
  hold(request: HoldRequest): void;
  /** Requests that come later may name it. @throws AppError `model-invalid`, `file-not-found`; so do those then. */
  provideHead(head: ProvidedHead): Promise<void>;
  /** Frees what a provided head holds. */
  forgetHead(head: Pick<ProvidedHead, 'name'>): Promise<void>;
  /** Makes the sessions a first click would wait for. */
  warmUp(request: undefined): Promise<void>;
};

/** @param modelFolder read at the first request */
export function promptService(modelFolder: string): PromptWorkerApi {
  const held = new ByteLru<FrameEmbedding>(HELD_BYTES);
  const queue = new PromptQueue();
  const previousOf = rememberingPrevious();
  /** By name, each settled when it can be used or what is wrong with it is known. */
  const provided = new Map<string, Promise<void>>();
  let opened: Promise<Predictor> | undefined;

  const predictor = (): Promise<Predictor> => {
    opened ??= readModel(modelFolder).then((model) => new Predictor(model));
    // A model that could not be read is tried again at the next request.
    opened.catch(() => (opened = undefined));
    return opened;
  };

  const decode = async (payload: DecodeRequest, { signal }: WorkerContext): Promise<PromptReply> => {
    const request = checkedDecode(payload);
    const { prompt } = request;
    const previous = request.previous && previousOf(request.previous);
    const run = async (): Promise<PromptReply> => {
      const { model, embedding } = await prepared(request);
      if (typeof embedding === 'string') return { kind: embedding, ...boundOf(request) };
      const answer = await model.decode(embedding, prompt, previous?.lowRes, request.fresh);
      // A box alone asks for the whole mask anew.
      const mask = previous && prompt.points.length > 0 ? previous.changed(answer.mask) : answer.mask;
      const reply = maskReply(request, embedding, { ...answer, mask }, null);
      const soon = prompt.points.length + POINTS_AHEAD;
      void queue.run('ahead', new AbortController().signal, () => model.prepare(soon)).catch(() => undefined);
      return reply;
    };
    const reply = await queue.run(request.preview ? 'preview' : 'click', signal, run);
    return reply ?? { kind: 'superseded', ...boundOf(request) };
  };

  const propose = async (payload: ProposeRequest, { signal }: WorkerContext): Promise<PromptReply> => {
    const request = checkedPropose(payload);
    await provided.get(request.head);
    const run = async (): Promise<PromptReply> => {
      const { model, embedding } = await prepared(request);
      if (typeof embedding === 'string') return { kind: embedding, ...boundOf(request) };
      const version = model.headVersion(request.head);
      return maskReply(request, embedding, await model.propose(embedding, request.head), version);
    };
    const reply = await queue.run('proposal', signal, run);
    return reply ?? { kind: 'superseded', ...boundOf(request) };
  };

  const addHead = async ({ name, version, file, sha256, config }: ProvidedHead): Promise<void> => {
    const model = await predictor();
    model.addHead(name, {
      version,
      config,
      tensors: await readHeadFile(file, sha256, model.model.manifest.config, config),
    });
  };

  /** Looked up when the request's turn has come: what it needs may have arrived, or gone, while it waited. */
  const prepared = async ({ frameSha256, modelId }: DecodeRequest | ProposeRequest) => {
    const model = await predictor();
    if (modelId !== model.model.manifest.id) return { model, embedding: 'other-model' as const };
    return { model, embedding: held.get(frameSha256) ?? ('not-ready' as const) };
  };

  return {
    decode,
    propose,
    hold: ({ embedding, keep }) => {
      held.set(embedding.frameSha256, frameEmbedding(embedding), 2 * embedding.halves.byteLength, new Set(keep));
    },
    provideHead: (head) => {
      const reading = addHead(head);
      provided.set(head.name, reading);
      return reading;
    },
    forgetHead: async ({ name }) => {
      await provided.get(name)?.catch(() => undefined);
      provided.delete(name);
      // In turn with proposals: one that is under way keeps its session.
      const never = new AbortController().signal;
      await queue.run('proposal', never, async () => (await predictor()).removeHead(name));
    },
    warmUp: async () => {
      const model = await predictor();
      const { encoderId, config } = model.model.manifest;
      const data = new Float32Array(config.promptDim * GRID_SIZE * GRID_SIZE);
      const click = { points: [{ x: 1, y: 1, positive: true }] };
      const never = new AbortController().signal;
      await queue.run('proposal', never, () => model.decode({ encoderId, widthPx: 2, heightPx: 2, data }, click));
    },
  };
}

function boundOf({ frameSha256, modelId, requestId }: DecodeRequest | ProposeRequest) {
  return { frameSha256, modelId, requestId };
}

function maskReply(
  request: DecodeRequest | ProposeRequest,
  { widthPx, heightPx }: FrameEmbedding,
  { mask, lowRes, iou }: Prediction,
  headVersion: string | null,
): MaskReply {
  return { kind: 'mask', ...boundOf(request), widthPx, heightPx, bits: packMask(mask), lowRes, iou, headVersion };
}
