/**
 * What can be learned from, the round that is under way with its curve, and the order of frames: as main tells it. What
 * rounds have yielded is in head-versions.ts.
 */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { FrameId, FrameOrder, LabelId, Round } from '../../shared/domain';
import type { LabelLearning, LearningProgress, RequestOf, ResponseOf } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

/** Why a frame is the next one. */
export type NextReason = NonNullable<ResponseOf<'learning.next'>>['why'];

export const useLearning = defineStore('learning', () => {
  const toasts = useToasts();
  const labels = shallowRef<readonly LabelLearning[]>([]);
  const order = ref<FrameOrder>('file');
  /** Rounds begin by themselves while nobody works. */
  const automatic = ref(false);
  const latest = shallowRef<LearningProgress | null>(null);
  /** The frame the order last led to. */
  const led = shallowRef<{ readonly frameId: FrameId; readonly why: NextReason } | null>(null);
  /** Answers of an older project are dropped. */
  let generation = 0;

  /** Running or paused: at most one. */
  const underWay = computed(() => labels.value.find((label) => label.round));
  const round = computed((): Round | null => underWay.value?.round ?? null);
  /** It is somebody else's, or on another computer. */
  const elsewhere = computed(() => underWay.value?.elsewhere ?? false);
  const progress = computed(() => (latest.value?.roundId === round.value?.id ? latest.value : null));
  const curve = computed(() => progress.value?.curve ?? []);

  /** Reads how it stands with the open project. */
  async function load(): Promise<void> {
    const asked = ++generation;
    const [now, settings] = await Promise.all([call('learning.labels'), call('learning.settings')]);
    if (asked !== generation) return;
    labels.value = now;
    latest.value ??= now.find(({ progress }) => progress)?.progress ?? null;
    takeSettings(settings);
  }

  function takeSettings(settings: ResponseOf<'learning.settings'>): void {
    order.value = settings.order;
    automatic.value = settings.automatic;
  }

  function of(labelId: LabelId | null): LabelLearning | undefined {
    return labels.value.find((label) => label.labelId === labelId);
  }

  /** False where main refused: it has been said why. */
  async function start(request: RequestOf<'learning.start'>): Promise<boolean> {
    return (await toasts.attempt(() => call('learning.start', request))) !== undefined;
  }

  type RoundAct = 'learning.pause' | 'learning.resume' | 'learning.finish' | 'learning.cancel';

  async function tell(act: RoundAct): Promise<void> {
    const roundId = round.value?.id;
    if (roundId !== undefined) await toasts.attempt(() => call(act, { roundId }));
  }

  async function change(settings: RequestOf<'learning.setSettings'>): Promise<void> {
    const kept = await toasts.attempt(() => call('learning.setSettings', settings));
    if (kept) takeSettings(kept);
  }

  /** The frame to go to from this one; null where none is left. Throws `AppError`. */
  async function next(after: FrameId | null): Promise<FrameId | null> {
    led.value = await call('learning.next', { after });
    return led.value?.frameId ?? null;
  }

  listen('learning.changed', (now) => (labels.value = now.labels));
  listen('learning.progress', (now) => (latest.value = now));
  listen('project.changed', () => {
    generation++;
    labels.value = [];
    latest.value = led.value = null;
  });

  return {
    labels,
    order,
    automatic,
    led,
    round,
    elsewhere,
    progress,
    curve,
    load,
    of,
    start,
    pause: () => tell('learning.pause'),
    resume: () => tell('learning.resume'),
    finish: () => tell('learning.finish'),
    cancel: () => tell('learning.cancel'),
    change,
    next,
  };
});
