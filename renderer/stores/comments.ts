/** Comments on the frame on screen: read with it, written at once, no part of its undo. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Comment, CommentState } from '../../shared/domain';
import { call, listen } from '../ipc';
import { useEditor } from './editor';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export const useComments = defineStore('comments', () => {
  const editor = useEditor();
  const list = useStudyList();
  const toasts = useToasts();
  const read = shallowRef<{ readonly frameId: number; readonly comments: readonly Comment[] } | null>(null);
  /** Of the frame on screen, oldest first. */
  const all = computed(() => (read.value?.frameId === editor.frame?.id ? (read.value?.comments ?? []) : []));
  /** Where one is being written, image pixels. */
  const draft = shallowRef<Spot | null>(null);
  /** What is being written there. */
  const text = ref('');
  /** What was being written on frames that were left meanwhile: it is there when one is begun on them again. */
  const unfinished = new Map<number, string>();
  const chosen = ref<Comment['id'] | null>(null);
  /** Where the pointer was last over the image; null: elsewhere. */
  let pointer: Spot | null = null;

  /** A frame may begin or cease to be among those with comments. */
  function renew(): Promise<unknown> {
    return Promise.all([load(), list.commented ? list.reload() : undefined]);
  }

  async function load(): Promise<void> {
    const frameId = editor.frame?.id;
    if (frameId === undefined) return;
    const comments = await toasts.attempt(() => call('comments.ofFrame', { frameId }));
    if (comments && editor.frame?.id === frameId) read.value = { frameId, comments };
  }

  /** Begins one under the pointer; where that is not on the image, in the middle. What is being written moves there. */
  function begin(): void {
    const { image, frame } = editor;
    if (!image || !frame) return;
    if (!draft.value) text.value = unfinished.get(frame.id) ?? '';
    const { widthPx, heightPx } = image;
    const isOn = pointer && pointer.x >= 0 && pointer.y >= 0 && pointer.x <= widthPx && pointer.y <= heightPx;
    draft.value = isOn ? pointer : { x: widthPx / 2, y: heightPx / 2 };
  }

  /** Nothing is written any more. */
  function cancel(): void {
    if (editor.frame) unfinished.delete(editor.frame.id);
    draft.value = null;
    text.value = '';
  }

  let adding = false;
  /** False where it could not be saved, or is being saved already: what was written is still there. */
  async function add(): Promise<boolean> {
    const [frameId, at] = [editor.frame?.id, draft.value];
    if (frameId === undefined || !at || adding) return false;
    adding = true;
    const made = await toasts.attempt(() => call('comments.add', { frameId, ...at, text: text.value }));
    adding = false;
    if (!made) return false;
    // Another may have been begun meanwhile, on another frame.
    if (draft.value === at) cancel();
    else unfinished.delete(frameId);
    chosen.value = made.id;
    await renew();
    return true;
  }

  /** False where it could not be saved: what was written is still there. */
  async function change({ id: commentId }: Comment, text: string, state: CommentState): Promise<boolean> {
    const request = { commentId, text, state };
    const changed = await toasts.attempt(() => call('comments.change', request).then(() => true));
    if (!changed) return false;
    await renew();
    return true;
  }

  function notePointer(at: Spot | null): void {
    pointer = at;
  }

  watch(
    () => [editor.frame?.id, editor.image !== null] as const,
    ([frameId, shown], before) => {
      const left = before?.[0];
      if (frameId !== left) {
        if (left !== undefined && draft.value && text.value.trim() !== '') unfinished.set(left, text.value);
        draft.value = chosen.value = null;
        text.value = '';
      }
      if (shown) void load();
    },
    { immediate: true },
  );

  // Also another reading of it, in which the frames have the same numbers.
  listen('project.changed', () => {
    cancel();
    unfinished.clear();
    read.value = null;
  });

  return { all, draft, text, chosen, begin, cancel, add, change, notePointer };
});
