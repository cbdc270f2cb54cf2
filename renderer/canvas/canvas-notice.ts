/** The one line over the image: why an act was refused, for a while, or what is the matter with the model here. */
import { computed, shallowRef, watch, type ComputedRef } from 'vue';
import type { useEditor } from '../stores/editor';

const REFUSED_MS = 4_000;

export interface CanvasNotice {
  /** Empty where there is nothing to say. */
  readonly text: string;
  /** Something is on its way. */
  readonly busy: boolean;
}

/** @param t of the canvas's own texts (`texts.ts`) */
export function canvasNotice(
  store: ReturnType<typeof useEditor>,
  t: (key: string) => string,
): ComputedRef<CanvasNotice> {
  const refused = shallowRef('');
  let timer: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => store.refusal,
    (refusal) => {
      refused.value = refusal ? t(`refused.${refusal.reason}`) : '';
      clearTimeout(timer);
      timer = setTimeout(() => (refused.value = ''), REFUSED_MS);
    },
  );

  function ofModel(): string {
    if (!store.image) return '';
    if (store.embedding === 'failed') return t('embeddingFailed');
    if (store.waitingClicks > 0 && store.embedding === 'waiting') return t('clickWaits');
    if (store.embedding === 'waiting') return t('embeddingWaits');
    if (store.clickProblem === 'nothing-found') return t('nothingFound');
    return store.clickProblem ? t('clickFailed') : '';
  }

  return computed(() =>
    refused.value ? { text: refused.value, busy: false } : { text: ofModel(), busy: store.embedding === 'waiting' },
  );
}
