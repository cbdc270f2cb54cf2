/** Comments on the frame on screen: read with it, written at once, no part of its undo. */
import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { Comment, CommentState } from '../../shared/domain';
import { call } from '../ipc';
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

  /** Begins one under the pointer; where that is not on the image, in the middle. */
  function begin(): void {
    const { image } = editor;
    if (!image) return;
    const { widthPx, heightPx } = image;
    const isOn = pointer && pointer.x >= 0 && pointer.y >= 0 && pointer.x <= widthPx && pointer.y <= heightPx;
    draft.value = isOn ? pointer : { x: widthPx / 2, y: heightPx / 2 };
  }

  let adding = false;
  /** False where it could not be saved, or is being saved already: what was written is still there. */
  async function add(text: string): Promise<boolean> {
    const [frameId, at] = [editor.frame?.id, draft.value];
    if (frameId === undefined || !at || adding) return false;
    adding = true;
    const made = await toasts.attempt(() => call('comments.add', { frameId, ...at, text }));
    adding = false;
    if (!made) return false;
    // Another may have been begun meanwhile, on another frame.
    if (draft.value === at) draft.value = null;
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
      if (frameId !== before?.[0]) draft.value = chosen.value = null;
      if (shown) void load();
    },
    { immediate: true },
  );

  return { all, draft, chosen, begin, add, change, notePointer };
});
