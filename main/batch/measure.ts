/** How fast this machine would do a batch: a few of its frames are drawn on, and what comes of them is dropped. */
import type { BatchPlan } from '../../shared/domain';
import type { ProjectStore } from '../project';
import type { Lanes } from './lanes';
import { headsOf } from './run-frames';

/** Frames a lane: the first waits for the model to be read, the others are measured. */
const FRAMES_A_LANE = 4;

/** @returns frames a second; null where none of the frames could be read */
export async function measurePace(store: ProjectStore, plan: BatchPlan, { encoders }: Lanes): Promise<number | null> {
  const sample = await store.batches.sample(plan, FRAMES_A_LANE * encoders.length);
  const heads = [...(await headsOf(store, plan)).values()];
  const never = new AbortController().signal;
  let done = 0;
  const draw = async (lane: (typeof encoders)[number]): Promise<void> => {
    const frameId = sample.shift();
    if (frameId === undefined) return;
    const { absolutePath: path, frameIndex } = await store.frames.get(frameId);
    const ended = await lane.propose({ path, frameIndex, heads }, never).then(
      () => true,
      () => false,
    );
    if (ended) done++;
  };
  await Promise.all(encoders.map(draw));
  const [begun, before] = [performance.now(), done];
  await Promise.all(
    encoders.map(async (lane) => {
      while (sample.length > 0) await draw(lane);
    }),
  );
  const frames = done - before;
  return frames === 0 ? null : (1_000 * frames) / (performance.now() - begun);
}
