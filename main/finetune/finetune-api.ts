/** What the fine-tune worker does: one round after the other, each of which can be told to finish. */
import { availableParallelism } from 'node:os';
import { AppError } from '../../shared/errors';
import type { FinetuneApi } from './round-plan';
import { runRound } from './run-round';

/** One core is left to whoever clicks. */
const THREADS = Math.max(1, availableParallelism() - 1);

export function finetuneApi(): FinetuneApi {
  let finish: AbortController | undefined;
  return {
    run: async (plan, { signal, report }) => {
      if (finish) throw new AppError('usage', plan.label, 'a round is running already');
      finish = new AbortController();
      try {
        return await runRound(plan, { threads: THREADS, signal, finish: finish.signal, onProgress: report });
      } finally {
        finish = undefined;
      }
    },
    finish: () => finish?.abort(),
  };
}
