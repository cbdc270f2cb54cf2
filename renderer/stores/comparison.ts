/** Two versions of a label's head side by side on the open frame: which two, and what each draws there. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { HeadVersion, LabelId, MaskInstance, MaskState } from '../../shared/domain';
import { dice } from '../../shared/metrics';
import { maskFromCocoRle, union, unpackMask, type Mask } from '../../shared/mask';
import type { ResponseOf } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useEditor } from './editor';
import { useHeadVersions } from './head-versions';
import { useToasts } from './toasts';

/** Null: the model's own head. */
export type ComparedHead = HeadVersion['id'] | null;
export type HeadPair = readonly [left: ComparedHead, right: ComparedHead];

/** Null where the head draws nothing. */
export type MaskPair = readonly [left: Mask | null, right: Mask | null];

type Packed = ResponseOf<'learning.compare'>['masks'][number];

/** What two heads draw on a frame. Throws `AppError`. */
export async function compareOn(frameId: number, labelId: LabelId, [left, right]: HeadPair): Promise<MaskPair> {
  const { masks } = await call('learning.compare', { frameId, labelId, headIds: [left, right] });
  const unpacked = (mask: Packed): Mask | null => mask && unpackMask(mask.bits, mask.widthPx, mask.heightPx);
  return [unpacked(masks[0]), unpacked(masks[1])];
}

/** What a reader has made or agreed to: a proposal nobody has looked at says nothing about how good a head is. */
const READERS: ReadonlySet<MaskState> = new Set(['accepted', 'corrected', 'drawn']);

/** The reader's own outline of a label on a frame; null where there is none. */
export function readersMask(instances: readonly MaskInstance[], labelId: LabelId): Mask | null {
  const own = instances.filter((instance) => instance.labelId === labelId && READERS.has(instance.current.state));
  const masks = own.map(({ current: { rle } }) =>
    maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts }),
  );
  return masks.length > 0 ? masks.reduce(union) : null;
}

export const useComparison = defineStore('comparison', () => {
  const editor = useEditor();
  const heads = useHeadVersions();
  const toasts = useToasts();
  const labelId = ref<LabelId | null>(null);
  const pair = shallowRef<HeadPair | null>(null);
  /** Where left ends and right begins, as a share of the canvas. */
  const divider = ref(0.5);
  const drawn = shallowRef<{ readonly frameId: number; readonly masks: MaskPair } | null>(null);

  const on = computed(() => pair.value !== null);
  /** Null until both have drawn on the frame on screen. */
  const masks = computed(() => (drawn.value?.frameId === editor.frame?.id ? (drawn.value?.masks ?? null) : null));

  /** The reader's own mask there, to compare with. */
  const reader = computed((): Mask | null => {
    if (!on.value) return null;
    // Read anew whenever the list of masks is.
    const live = editor.instances.length > 0 ? (editor.editor.document?.live ?? []) : [];
    const own = live.filter(({ labelId: of, shown }) => of === labelId.value && shown && READERS.has(shown.state));
    return own.length > 0 ? own.map(({ pixels }) => pixels).reduce(union) : null;
  });
  /** Overlap of each with the reader's mask; null where there is none. */
  const scores = computed((): readonly [number, number] | null => {
    const [own, both] = [reader.value, masks.value];
    if (!own || !both) return null;
    const overlap = (mask: Mask | null): number => (mask ? dice(mask, own) : 0);
    return [overlap(both[0]), overlap(both[1])];
  });

  /** Everything that can propose for the label, the newest first. */
  function choices(of: LabelId | null): { id: ComparedHead; version: string | null }[] {
    const history = heads.of(of);
    const versions = (history?.versions ?? []).map(({ id, version }) => ({ id, version }));
    return history?.ownHead ? [...versions, { id: null, version: null }] : versions;
  }

  /** Without a pair: what proposes now and what did before, or else the newest. The older one is on the left. */
  function start(of: LabelId, which?: HeadPair): void {
    const known = choices(of);
    const now = heads.active(of)?.id ?? known[0]?.id ?? null;
    const before = heads.earlier(of)?.headId ?? null;
    const others = known.map(({ id }) => id).filter((id) => id !== now);
    const other = others.includes(before) ? before : others[0];
    if (which === undefined && other === undefined) return;
    labelId.value = of;
    const [a, b] = which ?? [other ?? null, now];
    pair.value = (a ?? 0) < (b ?? 0) ? [a, b] : [b, a];
    divider.value = 0.5;
  }

  function stop(): void {
    pair.value = drawn.value = null;
  }

  watch(
    () => [pair.value, labelId.value, editor.frame?.id, editor.frame?.sha256, editor.image !== null] as const,
    async ([heads, label, frameId, , shown]) => {
      if (!heads || label === null || frameId === undefined || !shown) return;
      const found = await toasts.attempt(() => compareOn(frameId, label, heads));
      if (pair.value !== heads) return;
      if (!found) stop();
      else if (editor.frame?.id === frameId) drawn.value = { frameId, masks: found };
    },
  );
  listen('project.changed', stop);

  return { labelId, pair, divider, on, masks, reader, scores, choices, start, stop };
});
