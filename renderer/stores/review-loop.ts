/**
 * The reader's word on the open frame and on to the next, with one key or pedal. The next frame comes only once the word
 * is on the disk.
 */
import { watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import { useEditor } from './editor';
import { useStudyList } from './study-list';

/** @param next opens the next frame to be reviewed */
export function reviewLoop(next: () => Promise<void>) {
  const editor = useEditor();
  const list = useStudyList();
  let going = false;

  async function andNext(say: () => void): Promise<void> {
    // A pedal that bounces must not speak of the frame after.
    if (going) return;
    going = true;
    const frameId = list.current?.id;
    try {
      say();
      if ((await settled()) && (await editor.flush()) && list.current?.id === frameId) await next();
    } finally {
      going = false;
    }
  }

  /** Waits for masks that are on their way to this frame: what was said holds for them too. False where saving fails. */
  function settled(): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = watch(
        () => [editor.waitingClicks, editor.saving.failure] as const,
        ([waiting, failure]) => {
          if (waiting > 0 && !failure) return;
          resolve(failure === null);
          queueMicrotask(() => stop());
        },
        { immediate: true },
      );
    });
  }

  return {
    acts: {
      'mask.acceptAndNext': () =>
        void andNext(() => {
          editor.toolbox.key('onComplete');
          editor.editor.reviewing.accept();
        }),
      'mask.rejectAndNext': () =>
        void andNext(() => {
          editor.toolbox.key('onCancel');
          editor.editor.reviewing.rejectAll();
        }),
    } satisfies Partial<Record<CommandId, () => void>>,
    /** Only of the frame that is on screen, not of the one before that is still open. */
    enabled: (): boolean =>
      editor.frame !== null && editor.frame.id === list.current?.id && editor.enabled('mask.accept'),
  };
}
