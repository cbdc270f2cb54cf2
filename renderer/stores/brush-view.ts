/** Where brush and eraser may paint, as the user chose it: remembered, but for the label of one project to stay inside. */
import { computed, ref, watch } from 'vue';
import type { BrushRules } from '../editor';
import { remember } from '../remembered';

/** Grey levels of a stored image. */
export const GREY = { least: 0, most: 255 } as const;

export function brushView() {
  const rangeOn = ref(false);
  const low = ref<number>(GREY.least);
  const high = ref<number>(GREY.most);
  const avoidsOthers = ref(false);
  /** Id of the label whose masks are not left; null for none. */
  const inside = ref<number | null>(null);
  /** The range is being chosen: the image shows it. */
  const choosing = ref(false);

  const range = computed(() => (rangeOn.value ? { low: low.value, high: high.value } : null));
  const rules = computed((): BrushRules => {
    if (inside.value !== null) return { range: range.value, where: { inside: inside.value } };
    return { range: range.value, where: avoidsOthers.value ? 'outside' : 'anywhere' };
  });
  /** What the image is to show of the range; null for nothing. */
  const shownRange = computed(() => (choosing.value ? range.value : null));

  /** The ends do not pass each other. */
  const setLow = (value: number): void => void (low.value = Math.min(level(value), high.value));
  const setHigh = (value: number): void => void (high.value = Math.max(level(value), low.value));

  function rememberAll(): void {
    remember('brush.rangeOn', rangeOn);
    remember('brush.low', low);
    remember('brush.high', high);
    remember('brush.avoidsOthers', avoidsOthers);
    // What was kept may be anything.
    low.value = level(low.value);
    high.value = Math.max(level(high.value), low.value);
  }
  watch(rangeOn, () => (choosing.value = false));

  return { rangeOn, low, high, setLow, setHigh, avoidsOthers, inside, choosing, shownRange, rules, rememberAll };
}

function level(value: number): number {
  return Math.round(Math.min(GREY.most, Math.max(GREY.least, Number.isFinite(value) ? value : GREY.least)));
}
