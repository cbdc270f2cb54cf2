/**
 * Frames and cine loops from a specification. The same specification gives the same bytes on every machine.
 */
import { AppError } from '../errors';
import { breastScene } from './breast';
import { fetalHeadScene } from './fetal-head';
import { renderScene, type PhantomFrame } from './picture';
import { deriveSeed } from './random';
import type { Scene } from './scene';
import { ventricleScene, type Moment } from './ventricle';

export type PhantomLabel = 'breast-lesion' | 'fetal-head' | 'lv-cavity';

export interface PhantomSpec {
  readonly label: PhantomLabel;
  /** Integer; decides the anatomy, the speckle and the machine's settings. */
  readonly seed: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A beating phantom: only the ventricle moves. */
export interface PhantomLoopSpec extends PhantomSpec {
  readonly label: 'lv-cavity';
}

/** One simulated frame with its exact mask. @throws AppError `usage` for a size below 64 px or a seed with a fraction. */
export function phantomFrame(spec: PhantomSpec): PhantomFrame {
  return renderScene(sceneOf(spec, { frame: 0, phase: 0 }));
}

/**
 * A cine loop of `frames` frames over `beats` heart cycles, from the end of filling: the cavity's area falls and rises
 * once a beat, and returns to its first value after the last frame.
 */
export function phantomLoop(spec: PhantomLoopSpec, frames: number, beats = 1): PhantomFrame[] {
  if (!Number.isInteger(frames) || frames < 1 || !Number.isInteger(beats) || beats < 1) {
    throw new AppError('usage', spec.label, `a loop needs whole numbers of frames and beats, not ${frames}, ${beats}`);
  }
  // Integer remainder first: frames one beat apart then have exactly the same phase.
  return Array.from({ length: frames }, (_, frame) => {
    const phase = ((frame * beats) % frames) / frames;
    return renderScene(sceneOf(spec, { frame, phase }));
  });
}

function sceneOf(spec: PhantomSpec, moment: Moment): Scene {
  const { label, seed, widthPx, heightPx } = spec;
  if (!Number.isInteger(widthPx) || !Number.isInteger(heightPx) || widthPx < 64 || heightPx < 64) {
    throw new AppError('usage', label, `a phantom of ${widthPx} x ${heightPx} px cannot be drawn: at least 64 x 64`);
  }
  if (!Number.isSafeInteger(seed)) throw new AppError('usage', label, `the seed must be an integer, not ${seed}`);
  switch (label) {
    case 'breast-lesion':
      return breastScene(deriveSeed(seed, 1), widthPx, heightPx);
    case 'fetal-head':
      return fetalHeadScene(deriveSeed(seed, 2), widthPx, heightPx);
    case 'lv-cavity':
      return ventricleScene(deriveSeed(seed, 3), widthPx, heightPx, moment);
  }
}
