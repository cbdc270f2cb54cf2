/** Newer versions of the program, as main tells of them. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { UpdatesState } from '../../shared/ipc';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { useDialogs } from './dialogs';
import { useToasts } from './toasts';

export const useUpdates = defineStore('updates', () => {
  const { t } = i18n.global;
  const dialogs = useDialogs();
  const toasts = useToasts();

  /** Null until somebody asks. */
  const state = shallowRef<UpdatesState | null>(null);

  function take(now: UpdatesState): void {
    const before = state.value?.phase;
    state.value = now;
    const { phase, update } = now;
    const isNews = (phase === 'found' && before === 'looking') || (phase === 'ready' && before === 'fetching');
    if (!isNews || !update || dialogs.open === 'updates') return;
    toasts.news(t(`updates.toast.${phase}`, { version: update.version }), t('updates.toast.hint'));
  }

  listen('updates.changed', take);

  const load = (): Promise<unknown> => toasts.attempt(async () => take(await call('updates.state')));
  const look = (): Promise<unknown> => toasts.attempt(() => call('updates.look'));
  const fetch = (): Promise<unknown> => toasts.attempt(() => call('updates.fetch'));
  const cancel = (): Promise<unknown> => toasts.attempt(() => call('updates.cancel'));
  const install = (): Promise<unknown> => toasts.attempt(() => call('updates.install'));

  async function show(): Promise<void> {
    const path = state.value?.package;
    if (path) await toasts.attempt(() => call('app.showInFolder', { path }));
  }

  return { state, load, look, fetch, cancel, install, show };
});
