/** Reads the lines of the study list that are on screen, and not those that only pass by while a scrollbar is dragged. */
import { onScopeDispose, watch } from 'vue';
import { useStudyList } from '../stores/study-list';

/** Another place within this time: the first is only passed by. */
const PASSING_MS = 60;

/** @param view places of the first and the last line on screen */
export function readInView(view: () => readonly [first: number, last: number]): void {
  const list = useStudyList();
  let missedAt = -Infinity;
  let resting: ReturnType<typeof setTimeout> | undefined;
  watch(
    () => [...view(), list.revision] as const,
    ([first, last]) => {
      clearTimeout(resting);
      const read = (): void => void list.show(first, last);
      const isThere = list.at(first) !== undefined && list.at(last) !== undefined;
      const passing = !isThere && performance.now() - missedAt < PASSING_MS;
      if (!isThere) missedAt = performance.now();
      if (passing) resting = setTimeout(read, PASSING_MS);
      else read();
    },
    { immediate: true },
  );
  onScopeDispose(() => clearTimeout(resting));
}
