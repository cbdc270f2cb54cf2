/** Which label and version the learning panel and its dialogs are about, and the commands that act on them. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';
import type { CommandId } from '../../shared/commands';
import { frameOrder, type HeadVersion, type LabelId } from '../../shared/domain';
import { useComparison } from './comparison';
import { useDialogs } from './dialogs';
import { useEditor } from './editor';
import { useHeadVersions } from './head-versions';
import { useLabels } from './labels';
import { useLearning } from './learning';
import { useToasts } from './toasts';

type Acts = Partial<Record<CommandId, () => unknown>>;

const ORDERS = frameOrder.options.map((order) => [`order.${order}`, order] as const);

export const useLearningDesk = defineStore('learning-desk', () => {
  const comparison = useComparison();
  const dialogs = useDialogs();
  const editor = useEditor();
  const heads = useHeadVersions();
  const labels = useLabels();
  const learning = useLearning();
  const toasts = useToasts();

  /** The label being outlined. */
  const labelId = computed(() => editor.activeLabelId ?? labels.all[0]?.id ?? null);
  /** The label a round is being set up for. */
  const wanted = ref<LabelId | null>(null);

  /** Asks how a round shall go. */
  function setUp(of: LabelId | null): void {
    wanted.value = of;
    dialogs.show('learn');
    // Files may have become unreadable since it was last told how much there is to learn from.
    void toasts.attempt(() => learning.load());
  }

  function report(headId: HeadVersion['id']): void {
    heads.reported = headId;
    dialogs.show('report');
  }

  function compare(): void {
    if (comparison.on) comparison.stop();
    else if (labelId.value !== null) comparison.start(labelId.value);
  }

  const paused = computed(() => learning.round?.state === 'paused');
  const newest = computed(() => heads.of(labelId.value)?.versions.find((version) => version.report !== null));

  const acts: Acts = {
    'learning.start': () => setUp(labelId.value),
    'learning.pause': () => (paused.value ? learning.resume() : learning.pause()),
    'learning.finish': () => learning.finish(),
    'learning.report': () => newest.value && report(newest.value.id),
    'learning.versions': () => dialogs.show('versions'),
    'learning.compare': compare,
    'learning.rollBack': () => labelId.value !== null && heads.rollBack(labelId.value),
    'learning.automatic': () => learning.change({ automatic: !learning.automatic }),
    ...Object.fromEntries(ORDERS.map(([id, order]) => [id, () => learning.change({ order })])),
  };

  function enabled(id: CommandId): boolean {
    switch (id) {
      case 'learning.start':
        return labelId.value !== null && learning.round === null;
      case 'learning.pause':
        return learning.round !== null && !learning.elsewhere;
      case 'learning.finish':
        return learning.progress?.phase === 'train' && !paused.value;
      case 'learning.report':
        return newest.value !== undefined;
      case 'learning.compare':
        return comparison.on || (editor.image !== null && comparison.choices(labelId.value).length > 1);
      case 'learning.versions':
        return labelId.value !== null;
      case 'learning.rollBack':
        return heads.earlier(labelId.value) !== undefined;
      default:
        return id in acts;
    }
  }

  function checked(id: CommandId): boolean {
    if (id === 'learning.pause') return paused.value;
    if (id === 'learning.compare') return comparison.on;
    if (id === 'learning.automatic') return learning.automatic;
    return id === `order.${learning.order}`;
  }

  return { labelId, wanted, setUp, report, acts, enabled, checked };
});
