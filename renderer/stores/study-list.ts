/**
 * The study list: which frames there are under the filter, page by page as they are looked at, and which is open.
 * Holds a bounded number of pages, whatever the size of the study. Not the open frame's pixels or masks (editor.ts).
 */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, triggerRef } from 'vue';
import type { FrameCounts, FrameFilter, FrameId, FrameState, FrameSummary } from '../../shared/domain';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

export const PAGE = 200;
/** 12,000 lines; a line is about half a kilobyte. */
const MOST_PAGES = 60;
/** While a folder is indexed the list changes many times a second; it is read again at most this often. */
const REFRESH_MS = 300;

const NO_COUNTS: FrameCounts = { unopened: 0, proposed: 0, corrected: 0, accepted: 0, rejected: 0, failed: 0 };
const UNREVIEWED: readonly FrameState[] = ['unopened', 'proposed', 'corrected'];

export function sumOf(counts: FrameCounts): number {
  return Object.values(counts).reduce((sum, n) => sum + n, 0);
}

export const useStudyList = defineStore('study-list', () => {
  const toasts = useToasts();
  const states = ref<readonly FrameState[]>([]);
  const text = ref('');
  /** Only frames with comments. */
  const commented = ref(false);
  /** Only frames about which readers differ. */
  const disputed = ref(false);
  /** Under the rest of the filter, whatever the states. */
  const counts = shallowRef<FrameCounts>(NO_COUNTS);
  /** Of the whole project. */
  const allCounts = shallowRef<FrameCounts>(NO_COUNTS);
  /** Lines under the whole filter. */
  const total = ref(0);
  /** False until the first answer came: not yet empty, but unknown. */
  const known = ref(false);
  const pages = shallowRef(new Map<number, readonly FrameSummary[]>());
  /** Counts every change of `pages`. */
  const revision = ref(0);
  const current = shallowRef<FrameSummary | null>(null);
  /** The open frame's place under the filter: also where it would stand if it does not match any more. */
  const currentIndex = ref<number | null>(null);

  const filter = computed((): FrameFilter => {
    const words = text.value.trim();
    return {
      ...(states.value.length ? { states: states.value } : {}),
      ...(words ? { text: words } : {}),
      ...(commented.value ? { commented: true } : {}),
      ...(disputed.value ? { disputed: true } : {}),
    };
  });
  /** Whatever the states, not all frames are counted. */
  const narrowed = computed(() => commented.value || disputed.value || text.value.trim() !== '');
  const filtered = computed(() => states.value.length > 0 || narrowed.value);

  /** Answers of an older generation belong to another filter or project and are dropped. */
  let generation = 0;
  let visible: readonly [first: number, last: number] = [0, 0];
  const loading = new Set<number>();
  let refreshTimer: ReturnType<typeof setTimeout> | undefined;

  function at(index: number): FrameSummary | undefined {
    return pages.value.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  function pagesChanged(): void {
    revision.value++;
    triggerRef(pages);
  }

  async function loadPage(page: number): Promise<void> {
    if (loading.has(page)) return;
    loading.add(page);
    const asked = generation;
    try {
      const answer = await call('frames.list', { filter: filter.value, limit: PAGE, offset: page * PAGE });
      if (asked !== generation) return;
      pages.value.delete(page);
      pages.value.set(page, answer.frames);
      for (const old of pages.value.keys()) {
        if (pages.value.size <= MOST_PAGES) break;
        pages.value.delete(old);
      }
      pagesChanged();
      total.value = answer.total;
      counts.value = answer.counts;
      if (!narrowed.value) allCounts.value = answer.counts;
      known.value = true;
    } finally {
      if (asked === generation) loading.delete(page);
    }
  }

  /** Reads what is missing of the lines on screen. */
  async function show(first: number, last: number): Promise<void> {
    visible = [first, last];
    const wanted: number[] = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      if (!pages.value.has(page)) wanted.push(page);
    }
    await toasts.attempt(() => Promise.all(wanted.map(loadPage)));
  }

  /** Reads again what is on screen; what is not is read when it is looked at. */
  async function reload(): Promise<void> {
    generation++;
    loading.clear();
    const [first, last] = visible;
    const kept = new Map<number, readonly FrameSummary[]>();
    const wanted: number[] = [];
    for (let page = Math.floor(first / PAGE); page <= Math.floor(last / PAGE); page++) {
      const lines = pages.value.get(page);
      if (lines) kept.set(page, lines);
      wanted.push(page);
    }
    pages.value = kept;
    pagesChanged();
    await toasts.attempt(() => Promise.all(wanted.map(loadPage)));
    await Promise.all([locate(), countAll()]);
  }

  async function countAll(): Promise<void> {
    if (!narrowed.value) return;
    const asked = generation;
    const answer = await toasts.attempt(() => call('frames.list', { filter: {}, limit: 1, offset: 0 }));
    if (answer && asked === generation) allCounts.value = answer.counts;
  }

  async function locate(): Promise<void> {
    const frame = current.value;
    if (!frame) {
      currentIndex.value = null;
      return;
    }
    const asked = generation;
    const payload = { frameId: frame.id, filter: filter.value };
    const index = await toasts.attempt(() => call('frames.offsetOf', payload));
    if (index !== undefined && asked === generation && current.value?.id === frame.id) currentIndex.value = index;
  }

  function refreshSoon(): void {
    refreshTimer ??= setTimeout(() => {
      refreshTimer = undefined;
      void reload();
    }, REFRESH_MS);
  }

  function takeChanged(changed: readonly FrameSummary[] | null): void {
    for (const frame of changed ?? []) {
      if (current.value?.id === frame.id) current.value = frame;
      for (const [page, lines] of pages.value) {
        const index = lines.findIndex(({ id }) => id === frame.id);
        if (index >= 0) pages.value.set(page, lines.with(index, frame));
      }
    }
    if (changed) pagesChanged();
    refreshSoon();
  }

  /** Another filter: the list starts again from the top, the open frame stays open. */
  async function setFilter(change: {
    states?: readonly FrameState[];
    text?: string;
    commented?: boolean;
    disputed?: boolean;
  }): Promise<void> {
    states.value = change.states ?? states.value;
    text.value = change.text ?? text.value;
    commented.value = change.commented ?? commented.value;
    disputed.value = change.disputed ?? disputed.value;
    pages.value = new Map();
    visible = [0, 0];
    await reload();
  }

  async function toggleState(state: FrameState): Promise<void> {
    const rest = states.value.filter((other) => other !== state);
    await setFilter({ states: rest.length < states.value.length ? rest : [...rest, state] });
  }

  /** Makes this the open frame. */
  function select(frame: FrameSummary, index?: number): void {
    current.value = frame;
    currentIndex.value = index ?? null;
    if (index === undefined) void locate();
  }

  /** Opens the frame at this place under the filter, loaded or not. */
  async function selectAt(index: number): Promise<void> {
    const answer = await toasts.attempt(() =>
      call('frames.list', { filter: filter.value, limit: 1, offset: Math.max(index, 0) }),
    );
    const found = answer?.frames[0];
    if (found) select(found, index);
  }

  /** The search for a frame under way; undefined: none, or one in a project that was left. */
  let moving: symbol | undefined;
  /** The next or previous frame under the filter. A held key moves on as fast as main answers, and no faster. */
  async function go(direction: 'next' | 'previous'): Promise<void> {
    if (!current.value) return first();
    await move(() => neighbour(direction, filter.value));
  }

  /** The first frame, under the filter, of the next or previous image: past the rest of a loop. */
  async function goImage(direction: 'next' | 'previous'): Promise<void> {
    await move(async () => {
      const frameId = current.value?.id;
      if (frameId === undefined) return null;
      const there = { frameId, direction, filter: filter.value, elsewhere: true };
      const found = await call('frames.neighbour', there);
      return found && ((await firstOf({ ...filter.value, imageId: found.imageId })) ?? found);
    });
  }

  /** The next frame nobody has accepted or rejected, from here to the end and round to the start. False: there is none. */
  async function goNextUnreviewed(): Promise<boolean> {
    const open = { states: [...UNREVIEWED] };
    return move(async () => (current.value && (await neighbour('next', open))) ?? (await firstOf(open)));
  }

  /** Opens the frame that `find` answers. False: there is none. */
  function goTo(find: () => Promise<FrameId | null>): Promise<boolean> {
    return move(async () => {
      const frameId = await find();
      return frameId === null ? null : (await call('frames.open', { frameId })).frame;
    });
  }

  async function first(): Promise<void> {
    await move(async () => (await firstOf({ states: [...UNREVIEWED] })) ?? (await firstOf({})));
  }

  async function move(find: () => Promise<FrameSummary | null>): Promise<boolean> {
    if (moving) return true;
    const own = (moving = Symbol('move'));
    try {
      const found = await toasts.attempt(find);
      if (found && moving === own) select(found);
      return found !== null;
    } finally {
      if (moving === own) moving = undefined;
    }
  }

  function neighbour(direction: 'next' | 'previous', among: FrameFilter): Promise<FrameSummary | null> {
    if (!current.value) return Promise.resolve(null);
    return call('frames.neighbour', { frameId: current.value.id, direction, filter: among });
  }

  async function firstOf(among: FrameFilter): Promise<FrameSummary | null> {
    return (await call('frames.list', { filter: among, limit: 1, offset: 0 })).frames[0] ?? null;
  }

  /** The ids of the frames after and before the open one as far as they are known, nearest first, next before previous. */
  function neighbours(count: number): FrameId[] {
    const here = currentIndex.value;
    if (here === null) return [];
    const steps = Array.from({ length: count }, (_, i) => (i % 2 ? -((i + 1) >> 1) : (i >> 1) + 1));
    return steps.flatMap((step) => at(here + step)?.id ?? []);
  }

  /** Forgets everything: another project is open now, or none. */
  function clear(): void {
    generation++;
    moving = undefined;
    loading.clear();
    clearTimeout(refreshTimer);
    refreshTimer = undefined;
    states.value = [];
    text.value = '';
    commented.value = disputed.value = false;
    pages.value = new Map();
    counts.value = allCounts.value = NO_COUNTS;
    total.value = 0;
    known.value = false;
    current.value = null;
    currentIndex.value = null;
    visible = [0, 0];
  }

  listen('frames.changed', ({ frames }) => takeChanged(frames));

  return {
    states,
    text,
    commented,
    disputed,
    counts,
    allCounts,
    total,
    known,
    pages,
    revision,
    current,
    currentIndex,
    filter,
    filtered,
    at,
    show,
    reload,
    setFilter,
    toggleState,
    select,
    selectAt,
    go,
    goImage,
    goNextUnreviewed,
    goTo,
    first,
    neighbours,
    clear,
  };
});
