/**
 * A frame from file to proposals in one go: decoded, encoded, drawn on by heads. What a batch does with each of its
 * frames, in the encode worker; the window's clicks and proposals go by way of the prompt worker.
 */
import { readHeadFile } from '../../models/folder';
import type { DecodedFrame } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { areaPx, cocoRle } from '../../shared/mask';
import { sketch, stability } from '../finetune/ranking';
import { appearance } from '../finetune/split';
import { frameHash, readImage } from '../study';
import { frameEmbedding, type StoredEmbedding } from './embedding-file';
import type { Predictor } from './predictor';
import type { ProvidedHead } from './prompt-service';

/** A head of the model, or one of the project with its file. */
export type FrameHead = { readonly name: string } | ProvidedHead;

export interface ProposeFrameRequest {
  readonly path: string;
  /** 0-based, within the image. */
  readonly frameIndex: number;
  readonly heads: readonly FrameHead[];
  /** Used where it is of the pixels that the file has. */
  readonly embedding?: StoredEmbedding;
}

export interface FrameProposal {
  /** The head's, as the request names it. */
  readonly head: string;
  readonly version: string;
  /** COCO's compressed run lengths, of the frame's own size. */
  readonly counts: string;
  readonly areaPx: number;
  /** The model's own estimate of IoU, 0 to 1. */
  readonly iou: number;
  /** See `stability` in main/finetune/ranking.ts. */
  readonly stability: number;
}

export interface ProposedFrame {
  readonly pixels: DecodedFrame;
  /** Left out where the one given was used. */
  readonly embedding?: StoredEmbedding;
  /** What the frame looks like; see main/finetune/ranking.ts. */
  readonly sketch: Float32Array;
  /** In the order of the heads asked. */
  readonly proposals: readonly FrameProposal[];
}

/**
 * @param encode keeps the embedding at half precision
 * @throws AppError `provider-failed`, `label-unknown`, `model-invalid`, `file-not-found`, or as `readImage` does.
 */
export async function proposeFrame(
  model: Predictor,
  encode: (frame: GrayImage, frameSha256: string) => Promise<StoredEmbedding>,
  { path, frameIndex, heads, embedding }: ProposeFrameRequest,
): Promise<ProposedFrame> {
  const { frame } = await readImage(path, frameIndex);
  const sha256 = frameHash(frame);
  const { widthPx, heightPx } = frame;
  const isCached = embedding?.frameSha256 === sha256;
  // At half precision as it is kept, so that a mask does not depend on whether its frame was encoded just now.
  const stored = isCached ? embedding : await encode(frame, sha256);
  const held = frameEmbedding(stored);
  const proposals: FrameProposal[] = [];
  for (const head of heads) {
    await provide(model, head);
    const { mask, lowRes, iou } = await model.propose(held, head.name);
    const version = model.headVersion(head.name);
    const { counts } = cocoRle(mask);
    proposals.push({ head: head.name, version, counts, areaPx: areaPx(mask), iou, stability: stability(lowRes) });
  }
  return {
    pixels: { sha256, widthPx, heightPx },
    ...(!isCached && { embedding: stored }),
    sketch: sketch(appearance(held.data)),
    proposals,
  };
}

async function provide(model: Predictor, head: FrameHead): Promise<void> {
  if (!('sha256' in head) || model.hasHead(head.name)) return;
  const { name, version, file, sha256, config } = head;
  const tensors = await readHeadFile(file, sha256, model.model.manifest.config, config).catch(blameModel);
  model.addHead(name, { version, config, tensors });
}

/** Whatever is wrong with a model's or head's file is not wrong with the frame's. @throws AppError `model-invalid` */
export function blameModel(cause: unknown): never {
  if (isAppError(cause) && ['provider-failed', 'model-invalid'].includes(cause.code)) throw cause;
  throw new AppError('model-invalid', 'model', cause instanceof Error ? cause.message : String(cause), { cause });
}
