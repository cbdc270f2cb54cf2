/**
 * The encode worker on the best provider that works. A provider is tested before its first frame; one that fails, then or
 * later, gives way to the next, and the frame is encoded there: no request is lost.
 */
import { AppError, isAppError } from '../../shared/errors';
import type { InferenceStatus, Provider, ProviderChoice, ProviderRefusal } from '../../shared/ipc';
import type { EncodeApi, EncodeRequest } from './encode-api';
import type { StoredEmbedding } from './embedding-file';
import type { ProposedFrame, ProposeFrameRequest } from './propose-frame';
import { isProviderFault, offeredProviders, providersToTry, refusalOf } from './providers';
import type { WorkerHost } from './worker-host';

/** fp16 arithmetic, as GPUs may use, stays well below; a wrong kernel does not. */
const TOLERATED_DIFFERENCE = 0.05;
const SELF_TEST_LIMIT_MS = 60_000;

export class Encoder {
  #used: Provider | undefined;
  #refused: readonly ProviderRefusal[] = [];

  /**
   * @param worker encode worker
   * @param choice the user's
   * @param onChange told when `status` is another
   */
  constructor(
    private readonly worker: WorkerHost<EncodeApi>,
    private choice: ProviderChoice,
    private readonly onChange: () => void = () => undefined,
    private readonly platform: NodeJS.Platform = process.platform,
  ) {}

  get status(): InferenceStatus['provider'] {
    return {
      offered: [...offeredProviders(this.platform)],
      chosen: this.choice,
      used: this.#used ?? null,
      refused: [...this.#refused],
    };
  }

  /** Takes effect with the next frame. Providers that failed before are tried again. */
  choose(choice: ProviderChoice): void {
    this.choice = choice;
    this.#refused = [];
    this.#used = undefined;
    this.onChange();
  }

  /**
   * @param signal aborting ends the worker's process: nothing less interrupts a run
   * @throws AppError `cancelled`, `frame-changed`, `provider-failed` and `worker-died` where even the CPU failed, or as
   *   `readImage` does.
   */
  encode(request: EncodeRequest, signal: AbortSignal): Promise<StoredEmbedding> {
    return this.#onWhatWorks(signal, (provider) =>
      this.worker.request('encode', { ...request, provider }, { signal, onAbort: 'kill' }),
    );
  }

  /** See `proposeFrame`. @throws AppError as that does; `worker-died` when one died with it under way */
  propose(request: ProposeFrameRequest, signal: AbortSignal): Promise<ProposedFrame> {
    return this.#onWhatWorks(signal, (provider) =>
      this.worker.request('propose', { ...request, provider }, { signal, onAbort: 'kill', once: true }),
    );
  }

  async #onWhatWorks<T>(signal: AbortSignal, ask: (provider: Provider) => Promise<T>): Promise<T> {
    for (;;) {
      const provider = this.#used ?? (await this.#firstThatWorks(signal));
      try {
        return await ask(provider);
      } catch (error) {
        if (signal.aborted || provider === 'cpu' || !isProviderFault(error)) throw error;
        if (provider === this.#used) this.#refuse(refusalOf(provider, error));
      }
    }
  }

  async #firstThatWorks(signal: AbortSignal): Promise<Provider> {
    for (;;) {
      const { choice } = this;
      const provider = providersToTry(choice, offeredProviders(this.platform)).find(
        (candidate) => !this.#refused.some((refusal) => refusal.provider === candidate),
      );
      if (!provider) throw new AppError('provider-failed', 'encoder', 'no provider is left');
      const refusal = provider === 'cpu' ? undefined : await this.#test(provider, signal);
      // Another one may have been chosen during the test.
      if (choice !== this.choice) continue;
      if (refusal) {
        this.#refuse(refusal);
        continue;
      }
      this.#used = provider;
      this.onChange();
      return provider;
    }
  }

  /** Undefined for a provider that computes what the CPU does. @throws AppError `cancelled` */
  async #test(provider: Provider, signal: AbortSignal): Promise<ProviderRefusal | undefined> {
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    signal.addEventListener('abort', stop, { once: true });
    const limit = setTimeout(stop, SELF_TEST_LIMIT_MS);
    try {
      const difference = await this.worker.request(
        'selfTest',
        { provider },
        { signal: controller.signal, onAbort: 'kill' },
      );
      if (difference <= TOLERATED_DIFFERENCE) return undefined;
      const detail = `differs from the CPU by ${(100 * difference).toFixed(1)} % of the largest logit`;
      return { provider, reason: 'wrong-result', detail };
    } catch (error) {
      if (signal.aborted) throw error;
      if (controller.signal.aborted)
        return { provider, reason: 'failed', detail: 'the self-test took longer than a minute' };
      // What is wrong with the model is wrong on every provider.
      if (isAppError(error) && !isProviderFault(error)) throw error;
      return refusalOf(provider, error);
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', stop);
    }
  }

  #refuse(refusal: ProviderRefusal): void {
    this.#refused = [...this.#refused, refusal];
    this.#used = undefined;
    this.onChange();
  }
}
