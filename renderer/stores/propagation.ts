/** Carrying and interpolating the chosen label's masks through the open loop: the run under way, and taking the last back. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef } from 'vue';
import type { CommandId } from '../../shared/commands';
import type { PropagationRequest } from '../../shared/ipc';
import { i18n } from '../i18n';
import { call, listen } from '../ipc';
import { useCine } from './cine';
import { useEditor } from './editor';
import { useLabelLoop } from './label-loop';
import { useToasts } from './toasts';

export const usePropagation = defineStore('propagation', () => {
  const cine = useCine();
  const editor = useEditor();
  const labelLoop = useLabelLoop();
  const toasts = useToasts();
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null);
  const running = computed(() => progress.value !== null);
  /** The last run wrote something that was not taken back. */
  const canUndo = ref(false);

  async function run(direction: PropagationRequest['direction']): Promise<void> {
    const [frame, labelId] = [editor.frame, editor.activeLabelId];
    if (!frame || labelId === null || running.value) return;
    progress.value = { done: 0, total: 0 };
    try {
      // What is on screen is carried on, not what was saved a moment ago.
      if (!(await editor.flush())) return;
      canUndo.value = true;
      const request = { frameId: frame.id, labelId, direction };
      const result = await toasts.attempt(() => call('propagation.run', request));
      if (!result) return;
      const { t } = i18n.global;
      toasts.news(
        t('propagation.done', { n: result.frames }, result.frames),
        t(`propagation.stopped.${result.stopped}`),
      );
    } finally {
      progress.value = null;
    }
  }

  const cancel = (): Promise<unknown> => toasts.attempt(() => call('propagation.cancel'));

  async function undo(): Promise<void> {
    canUndo.value = false;
    const answer = await toasts.attempt(() => call('propagation.undo'));
    if (answer) toasts.news(i18n.global.t('propagation.undone', { n: answer.frames }, answer.frames));
  }

  listen('propagation.progress', (now) => {
    if (running.value) progress.value = now;
  });
  listen('project.changed', () => (canUndo.value = false));

  const acts: Partial<Record<CommandId, () => unknown>> = {
    'mask.propagateForward': () => run('forward'),
    'mask.propagateBackward': () => run('backward'),
    'mask.carryCorrection': () => run('correction'),
    'mask.interpolate': () => run('between'),
    'mask.undoPropagation': undo,
  };

  function enabled(id: CommandId): boolean {
    if (!cine.loop || cine.moving || running.value) return false;
    if (id === 'mask.undoPropagation') return canUndo.value;
    if (id === 'mask.carryCorrection') return labelLoop.besideCarried;
    if (id === 'mask.interpolate') return editor.activeLabelId !== null;
    return id in acts && editor.instances.some(({ labelId }) => labelId === editor.activeLabelId);
  }

  return { progress, running, cancel, acts, enabled };
});
