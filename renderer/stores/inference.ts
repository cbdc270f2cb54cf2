/** What the model runs on and what it is doing, as main tells it; and how often a worker had to be started again. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { InferenceStatus, ProviderChoice } from '../../shared/ipc';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

export const useInference = defineStore('inference', () => {
  const toasts = useToasts();
  const status = shallowRef<InferenceStatus | null>(null);
  /** There is no usable model, and there will be none while the program runs. */
  const failed = computed(() => status.value?.state === 'failed');
  /** Frames that are proposed on afresh since a head has changed. */
  const afresh = computed(() => status.value?.queue.batch ?? null);
  const restarts = ref(0);

  async function load(): Promise<void> {
    status.value = await call('inference.status');
  }

  async function setProvider(provider: ProviderChoice): Promise<void> {
    await toasts.attempt(async () => {
      status.value = await call('inference.setProvider', { provider });
    });
  }

  const stopAll = (): Promise<unknown> => toasts.attempt(() => call('inference.stopAll'));

  listen('inference.status', (now) => (status.value = now));
  listen('worker.restarted', ({ worker }) => {
    restarts.value++;
    const { t } = i18n.global;
    toasts.warning(worker === 'interface' ? t('app.interfaceRestarted') : t('app.workerRestarted', { worker }));
  });

  return { status, failed, afresh, restarts, load, setProvider, stopAll };
});
