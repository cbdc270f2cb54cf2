/** DICOMweb servers: which there are, the one in use, and what is under way with it, at most one thing. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { EventOf, PacsFetched, PacsFound, PacsQuery, PacsSent, PacsServer, PacsServers } from '../../shared/ipc';
import { errorNotice, type ErrorNotice } from '../i18n';
import { call, listen } from '../ipc';
import { useEditor } from './editor';
import { useToasts } from './toasts';

export type KnownServer = PacsServers['servers'][number];

export const usePacs = defineStore('pacs', () => {
  const toasts = useToasts();
  const editor = useEditor();

  const servers = shallowRef<readonly KnownServer[]>([]);
  const canRemember = ref(false);
  const chosenId = ref('');
  const progress = shallowRef<EventOf<'pacs.progress'> | null>(null);
  const busy = ref(false);
  const chosen = computed(() => servers.value.find(({ id }) => id === chosenId.value));
  /** May be asked: there is one, and its password is known. */
  const ready = computed(() => chosen.value !== undefined && (chosen.value.login === 'none' || chosen.value.hasSecret));

  function take(now: PacsServers | undefined): void {
    if (!now) return;
    servers.value = now.servers;
    canRemember.value = now.canRemember;
    if (!chosen.value) chosenId.value = now.servers[0]?.id ?? '';
  }

  async function load(): Promise<void> {
    take(await toasts.attempt(() => call('pacs.servers')));
  }

  /** False where it failed, and the reason is shown. */
  async function save(server: PacsServer, secret: string, remember: boolean): Promise<boolean> {
    const now = await toasts.attempt(() => call('pacs.save', { server, remember, ...(secret && { secret }) }));
    take(now);
    return now !== undefined;
  }

  async function remove(id: string): Promise<void> {
    take(await toasts.attempt(() => call('pacs.remove', { id })));
  }

  /** Undefined where it failed or was cancelled, and the reason is shown. */
  async function track<T>(work: () => Promise<T>): Promise<T | undefined> {
    busy.value = true;
    try {
      return await toasts.attempt(work);
    } finally {
      busy.value = false;
      progress.value = null;
    }
  }

  /** Undefined where the server answers as it should, else what is wrong. */
  async function test(server: PacsServer, secret: string): Promise<ErrorNotice | undefined> {
    busy.value = true;
    try {
      await call('pacs.test', { server, ...(secret && { secret }) });
      return undefined;
    } catch (error) {
      return errorNotice(error);
    } finally {
      busy.value = false;
    }
  }

  /** Undefined also where another server was chosen meanwhile: what was found is not there. */
  async function find(query: PacsQuery): Promise<PacsFound | undefined> {
    const id = chosenId.value;
    const found = await track(() => call('pacs.find', { id, query }));
    return id === chosenId.value ? found : undefined;
  }

  const fetchStudies = (studies: string[], folder: string): Promise<PacsFetched | undefined> =>
    track(() => call('pacs.fetch', { id: chosenId.value, studies, folder }));

  /** An edit still on its way is work that goes along. */
  const send = (): Promise<PacsSent | undefined> =>
    track(async () => ((await editor.flush()) ? call('pacs.send', { id: chosenId.value }) : undefined));

  const cancel = (): Promise<unknown> => toasts.attempt(() => call('pacs.cancel'));

  listen('pacs.progress', (now) => {
    if (busy.value) progress.value = now;
  });

  return {
    ...{ servers, canRemember, chosenId, chosen, ready, progress, busy },
    ...{ load, save, remove, test, find, fetchStudies, send, cancel },
  };
});
