/** Who stands for the chosen label's masks on each frame of the open loop, and how sure what was carried on is. */
import { defineStore } from 'pinia';
import { computed, shallowRef, watch } from 'vue';
import type { LabelOnFrame } from '../../shared/domain';
import { call, listen } from '../ipc';
import { useCine } from './cine';
import { useEditor } from './editor';
import { useToasts } from './toasts';

/** While masks are carried on, frames change several times a second. */
const REFRESH_MS = 250;

export const useLabelLoop = defineStore('label-loop', () => {
  const cine = useCine();
  const editor = useEditor();
  const toasts = useToasts();
  /** In the frames' order; empty without a loop or a label. */
  const frames = shallowRef<readonly LabelOnFrame[]>([]);
  const wanted = computed(() => {
    const [imageId, labelId] = [cine.loop?.imageId, editor.activeLabelId];
    return imageId === undefined || labelId === null ? null : { imageId, labelId };
  });

  async function read(): Promise<void> {
    const asked = wanted.value;
    const answer = asked && (await toasts.attempt(() => call('propagation.loop', asked)));
    if (asked === wanted.value) frames.value = answer ?? [];
  }

  let refreshing: ReturnType<typeof setTimeout> | undefined;
  function refreshSoon(): void {
    refreshing ??= setTimeout(() => {
      refreshing = undefined;
      void read();
    }, REFRESH_MS);
  }

  watch(
    wanted,
    () => {
      frames.value = [];
      void read();
    },
    { immediate: true },
  );
  listen('frames.changed', ({ frames: changed }) => {
    const imageId = wanted.value?.imageId;
    if (imageId !== undefined && (!changed || changed.some((frame) => frame.imageId === imageId))) refreshSoon();
  });

  /** The masks on screen were drawn or changed by hand, and one beside them was carried there before that. */
  const besideCarried = computed(() => {
    const here = frames.value[cine.index];
    if (here?.by !== 'human' || here.revisionId === null) return false;
    const { frameId, revisionId } = here;
    const follows = (frame: LabelOnFrame): boolean =>
      frame.fromFrameId === frameId && (frame.revisionId ?? 0) > revisionId;
    const beside = [frames.value[cine.index - 1], frames.value[cine.index + 1]];
    return beside.some((frame) => frame?.by === 'propagation' && !follows(frame));
  });
  /** Carried masks of the label are somewhere in the loop. */
  const anyCarried = computed(() => frames.value.some(({ by }) => by === 'propagation'));

  return { frames, besideCarried, anyCarried };
});
