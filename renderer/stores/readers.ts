/** Who reads: the readings of the open project, and reading as somebody else. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { MAIN_READING, type NewReading, type Reading, type ReadingId } from '../../shared/domain';
import { i18n } from '../i18n';
import { call } from '../ipc';
import { useToasts } from './toasts';
import { useWorkspace } from './workspace';

export const useReaders = defineStore('readers', () => {
  const toasts = useToasts();
  const workspace = useWorkspace();
  const all = shallowRef<readonly Reading[]>([]);
  /** In which the project is open; null where none is. */
  const now = computed(() => workspace.project?.reading ?? null);
  const isMain = computed(() => now.value?.id === MAIN_READING);

  /** There are others, and the open reading may see them. */
  const seesOthers = computed(() => all.value.length > 1 && now.value?.blind === false);

  async function load(): Promise<void> {
    all.value = (await toasts.attempt(() => call('readings.list'))) ?? all.value;
  }

  /** Undefined where it failed, which is told. */
  async function create(reading: NewReading): Promise<Reading | undefined> {
    const made = await toasts.attempt(() => call('readings.create', reading));
    await load();
    return made;
  }

  /** As it is shown. */
  function nameOf(reading: Pick<Reading, 'id' | 'name'>): string {
    return reading.id === MAIN_READING ? i18n.global.t('review.main') : reading.name;
  }

  const read = (readingId: ReadingId): Promise<void> => workspace.read(readingId);

  return { all, now, isMain, seesOthers, load, create, nameOf, read };
});
