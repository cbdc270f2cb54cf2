/**
 * Runs that give the frames of a loop masks by what a human stands for on others: carried on, carried anew after a
 * correction, or interpolated. They are saved in state `propagated`, never over human work; the last run can be taken back
 * as one act.
 */
import type { LabelOnFrame } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { PropagationRequest, PropagationResult } from '../../shared/ipc';
import { carry, carryCorrection, stretchesAround, type Way } from './carry';
import { interpolate, keyFrames } from './interpolation';
import { LoopMasks, type PropagationParts } from './loop-masks';

export interface PropagationRun {
  readonly user: string;
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

export class Propagation {
  #last: LoopMasks | null = null;

  constructor(private readonly parts: PropagationParts) {}

  /** @throws AppError `usage` where the frame has no mask of the label to carry, `file-unreadable` for the frame itself */
  async run(request: PropagationRequest, { user, signal, onProgress }: PropagationRun): Promise<PropagationResult> {
    const { store, worker } = this.parts;
    const { frameId, labelId, direction } = request;
    const { imageId, frameIndex } = await store.frames.get(frameId);
    const frames = await store.masks.throughLoop(imageId, labelId);
    const total = lengthOf(frames, frameIndex, direction);
    let done = 0;
    const onFrame = (): void => onProgress({ done: done++, total });
    const masks = new LoopMasks(this.parts, labelId, user);
    const before = this.#last;
    this.#last = masks;
    try {
      const end = await this.#go(request, frames, frameIndex, { masks, worker, signal, onFrame });
      return { frames: masks.changed, ...end };
    } finally {
      // What changed nothing leaves nothing to take back: the run before it still is the last.
      if (masks.changed === 0) this.#last = before;
    }
  }

  /** Brings back what was there before the last run, on every frame where nothing has been done since. */
  async undo(user: string): Promise<number> {
    const last = this.#last;
    this.#last = null;
    return (await last?.undo(user)) ?? 0;
  }

  async #go({ frameId, direction }: PropagationRequest, frames: readonly LabelOnFrame[], index: number, way: Way) {
    if (direction === 'between') return interpolate(frames, index, way);
    const from = await way.masks.place(frameId);
    if (!from) throw new AppError('file-unreadable', `frame ${frameId}`, 'the frame cannot be read');
    const held = await way.masks.masksOn(frameId);
    if (held.length === 0) throw new AppError('usage', `frame ${frameId}`, 'it has no mask of this label to carry on');
    if (direction === 'correction') return carryCorrection(from, held, frames, way);
    const rest = ahead(frames, index, direction).map((frame) => frame.frameId);
    return { of: rest.length, stopped: await carry(from, held, rest, way) };
  }
}

function lengthOf(frames: readonly LabelOnFrame[], index: number, direction: PropagationRequest['direction']): number {
  if (direction === 'correction') return stretchesAround(frames, index).flat().length;
  if (direction !== 'between') return ahead(frames, index, direction).length;
  const [start, end] = keyFrames(frames, index) ?? [0, 1];
  return end - start - 1;
}

function ahead(frames: readonly LabelOnFrame[], index: number, direction: 'forward' | 'backward'): LabelOnFrame[] {
  return direction === 'forward' ? frames.slice(index + 1) : frames.slice(0, index).reverse();
}
