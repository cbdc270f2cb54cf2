/** What is open: the project, how it is opened, and how far the indexing of added files is. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { ReadingId } from '../../shared/domain';
import type { AddedStudy, Indexing, Project, RecentProject } from '../../shared/ipc';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { useDialogs } from './dialogs';
import { useEditor } from './editor';
import { useLabels } from './labels';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';
import { useVisits } from './visits';

export const useWorkspace = defineStore('workspace', () => {
  const { t } = i18n.global;
  const toasts = useToasts();
  const dialogs = useDialogs();
  const labels = useLabels();
  const list = useStudyList();
  const editor = useEditor();
  const visits = useVisits();

  const project = shallowRef<Project | null>(null);
  const recent = shallowRef<readonly RecentProject[]>([]);
  /** What the user asked to open and is not there yet. */
  const opening = ref<'sample' | 'study' | 'project' | null>(null);
  const indexing = shallowRef<Indexing | null>(null);
  const busy = computed(() => opening.value !== null);

  async function takeProject(now: Project | null): Promise<void> {
    const other = now?.path !== project.value?.path || now?.reading.id !== project.value?.reading.id;
    project.value = now;
    if (!other) return;
    dialogs.leaveProject();
    list.clear();
    labels.clear();
    if (now === null) {
      await refreshRecent();
      return;
    }
    await toasts.attempt(() => labels.load());
    await list.reload();
    await list.first();
    if (opening.value !== 'sample') offerLabels();
  }

  /** A project without labels has nothing to outline yet. */
  function offerLabels(): void {
    if (labels.known && labels.all.length === 0) dialogs.show('labels');
  }

  async function refreshRecent(): Promise<void> {
    recent.value = (await toasts.attempt(() => call('project.recent'))) ?? recent.value;
  }

  /** What is still on its way belongs to the project that is open now. A save that fails is told by the status bar. */
  async function settle(leaving = true): Promise<boolean> {
    await visits.end();
    return leaving ? editor.finish() : editor.flush();
  }

  /** @param leaving not where what is opened may come into the project that is open */
  async function opened<T>(
    what: 'sample' | 'study' | 'project',
    act: () => Promise<T>,
    leaving = true,
  ): Promise<T | undefined> {
    if (opening.value) {
      toasts.warning(t('start.busy'));
      return undefined;
    }
    opening.value = what;
    try {
      if (!(await settle(leaving))) return undefined;
      return await toasts.attempt(act);
    } finally {
      opening.value = null;
      indexing.value = null;
    }
  }

  /** Folders, image files, or one project. */
  async function openPaths(paths: readonly string[]): Promise<void> {
    if (paths.length === 0) return;
    const isProject = paths.some((path) => path.endsWith('.sonomask'));
    const added = await opened('study', () => call('study.add', { paths: [...paths] }), isProject);
    if (added) await finished(added, isProject);
  }

  async function finished(added: AddedStudy, isProject: boolean): Promise<void> {
    // It was closed meanwhile, which ended the adding.
    if (project.value?.path !== added.project.path) return;
    await list.reload();
    if (!list.current) await list.first();
    const count = added.added + added.unchanged + added.changed;
    if (added.failedCount > 0) toasts.warning(t('study.someFailed', { n: added.failedCount }, added.failedCount));
    else if (added.cancelled) toasts.news(t('study.addingStopped', { n: added.added }, added.added));
    if (count === 0 && added.failedCount === 0 && !isProject) {
      toasts.warning(t('study.nothingFound'));
    }
  }

  async function openFolder(): Promise<void> {
    const path = await toasts.attempt(() => call('dialog.openFolder'));
    if (path) await openPaths([path]);
  }

  async function openFiles(): Promise<void> {
    await openPaths((await toasts.attempt(() => call('dialog.openFiles'))) ?? []);
  }

  /** Opens what `act` opens, in turn with what is under way. */
  async function openBy(act: () => Promise<void>): Promise<void> {
    await opened('project', act);
    await refreshRecent();
  }

  async function openProject(path?: string): Promise<void> {
    const chosen = path ?? (await toasts.attempt(() => call('dialog.openProject')));
    if (chosen) await openBy(async () => void (await call('project.open', { path: chosen })));
  }

  /** Puts a backup in its project's place. What cannot be saved in a damaged one does not hold it up. */
  async function restore(path: string, name: string): Promise<boolean> {
    if (opening.value) return false;
    opening.value = 'project';
    try {
      if (project.value?.path === path) await settle();
      return (await toasts.attempt(() => call('backup.restore', { path, name }))) !== undefined;
    } finally {
      opening.value = null;
    }
  }

  /** Opens the project anew in another of its readings. */
  async function read(readingId: ReadingId): Promise<void> {
    await opened('project', () => call('readings.open', { readingId }));
  }

  async function openSample(): Promise<void> {
    const added = await opened('sample', () => call('study.openSample'));
    // It may have been closed meanwhile.
    if (!added || project.value?.path !== added.project.path) return;
    await toasts.attempt(() => labels.load());
    await list.reload();
    if (!list.current) await list.first();
  }

  async function close(): Promise<void> {
    if (await settle()) await toasts.attempt(() => call('project.close'));
  }

  const cancelIndexing = (): Promise<unknown> => toasts.attempt(() => call('study.cancel'));

  /** Takes up where the program is: after a restart of the interface a project may be open already. */
  async function start(): Promise<void> {
    await Promise.all([takeProject(await call('project.current')), refreshRecent()]);
  }

  listen('project.changed', (now) => void takeProject(now));
  listen('study.indexing', (now) => {
    indexing.value = now.finished ? null : now;
    if (!list.current && now.done > 0) void list.first();
  });

  return {
    project,
    recent,
    opening,
    indexing,
    busy,
    openPaths,
    openFolder,
    openFiles,
    openBy,
    openProject,
    openSample,
    read,
    restore,
    close,
    cancelIndexing,
    start,
  };
});
