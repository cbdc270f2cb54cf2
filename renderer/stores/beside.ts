/** Another frame beside the open one, pinned there to compare with: its picture and masks, looked at and not worked on. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { stateOf, type FrameSummary } from '../../shared/domain';
import { loadCinePicture, type CinePicture } from '../canvas';
import { listen } from '../ipc';
import { useEditor } from './editor';
import { useLabels } from './labels';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';

export const useBeside = defineStore('beside', () => {
  const editor = useEditor();
  const labels = useLabels();
  const list = useStudyList();
  const toasts = useToasts();

  const pinned = shallowRef<FrameSummary | null>(null);
  /** Null until it is loaded. */
  const picture = shallowRef<CinePicture | null>(null);
  const on = computed(() => pinned.value !== null);

  /** Its pixels are freed: nothing shows them any more. */
  function put(next: CinePicture | null): void {
    const before = picture.value;
    picture.value = next;
    before?.pixels.close();
  }

  async function load(frame: FrameSummary): Promise<void> {
    const { id, sha256, maskCount } = frame;
    const colourOf = (labelId: number): string => labels.byId(labelId)?.colour ?? '#ffffff';
    const asked = { id, state: stateOf(frame), sha256, maskCount };
    const loaded = await toasts.attempt(() => loadCinePicture(asked, colourOf, editor.filterPicture));
    if (!loaded) return;
    // Another was pinned meanwhile, or this one changed once more.
    if (pinned.value !== frame) loaded.pixels.close();
    else put(loaded);
  }

  function pin(frame: FrameSummary): void {
    if (pinned.value?.id !== frame.id) put(null);
    pinned.value = frame;
    void load(frame);
  }

  function stop(): void {
    pinned.value = null;
    put(null);
  }

  function pinCurrent(): void {
    if (list.current) pin(list.current);
  }

  watch(
    () => [editor.filter, labels.all],
    () => pinned.value && pin({ ...pinned.value }),
  );
  listen('frames.changed', ({ frames }) => {
    const changed = frames?.find(({ id }) => id === pinned.value?.id);
    if (changed) pin(changed);
  });
  listen('project.changed', stop);

  const acts: Partial<Record<CommandId, () => void>> = {
    'view.beside': () => (on.value ? stop() : pinCurrent()),
  };
  return { pinned, picture, on, pin, pinCurrent, stop, acts };
});
