/** Backups of the open project, or of one that is damaged: listed, made, restored, and offered where damage is told. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { Backup } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import { i18n } from '../i18n';
import { call, listen, onRefusal } from '../ipc';
import { useDialogs } from './dialogs';
import { useToasts } from './toasts';
import { useWorkspace } from './workspace';

/** Why the dialog is open. */
type Reason = 'asked' | 'damaged' | 'changed';

export const useBackups = defineStore('backups', () => {
  const { t } = i18n.global;
  const dialogs = useDialogs();
  const toasts = useToasts();
  const workspace = useWorkspace();

  /** Of the project that the dialog is about. */
  const path = ref('');
  const reason = ref<Reason>('asked');
  /** Null while they are read. */
  const all = shallowRef<readonly Backup[] | null>(null);
  /** What kept the last automatic backup from being made. */
  const failure = ref<ErrorCode | null>(null);
  const busy = ref(false);

  async function reload(): Promise<void> {
    all.value = (await toasts.attempt(() => call('backup.list', { path: path.value }))) ?? [];
  }

  function show(why: Reason = 'asked', of = workspace.project?.path): void {
    if (of === undefined || busy.value) return;
    if (dialogs.open === 'backups' && path.value === of) return;
    path.value = of;
    reason.value = why;
    all.value = null;
    dialogs.show('backups');
    if (isFolder(of)) void reload();
    else all.value = [];
  }

  async function make(): Promise<void> {
    busy.value = true;
    const name = await toasts.attempt(() => call('backup.make'));
    if (name !== undefined) failure.value = null;
    if (name === null) toasts.news(t('backups.nothingNew'));
    busy.value = false;
    await reload();
  }

  const editsSince = (name: string): Promise<number | null | undefined> =>
    toasts.attempt(() => call('backup.editsSince', { path: path.value, name }));

  async function restore(name: string): Promise<void> {
    busy.value = true;
    const restored = await workspace.restore(path.value, name);
    busy.value = false;
    if (!restored) return;
    dialogs.close();
    toasts.news(t('backups.restored'), t('backups.restoredHint'));
  }

  listen('project.changedOutside', (changed) => show('changed', changed.path));
  listen('backup.failed', (failed) => {
    if (failed.code === 'project-corrupt') return show('damaged', failed.path);
    failure.value = failed.code;
    toasts.warning(t('backups.failed'), t(`error.${failed.code}.advice`));
  });
  onRefusal(({ code, subject }) => {
    const [, damaged] = /^(.*\.sonomask)[\\/]project\.db$/i.exec(subject) ?? [];
    if (code === 'project-corrupt' && damaged !== undefined) show('damaged', damaged);
  });

  return { path, reason, all, failure, busy, show, make, editsSince, restore };
});

/** A team's project is on a server, which its administrator backs up. */
export const isFolder = (path: string): boolean => /\.sonomask$/i.test(path);
