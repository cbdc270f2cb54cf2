/** Copying masks to the next frame of the series, and going there. What may be copied over what: `editor/copies.ts`. */
import { defineStore } from 'pinia';
import { ref, watch } from 'vue';
import type { CommandId } from '../../shared/commands';
import type { FrameDetail, MaskInstance } from '../../shared/domain';
import { masksToCopy, placeCopies, placesFor, type PlacedMask } from '../editor';
import { call } from '../ipc';
import { useCine } from './cine';
import { useEditor } from './editor';
import { useStudyList } from './study-list';
import { useToasts } from './toasts';

export const useCopying = defineStore('copying', () => {
  const cine = useCine();
  const editor = useEditor();
  const list = useStudyList();
  const toasts = useToasts();
  const { selection } = editor.editor;
  const busy = ref(false);
  const holdsOne = (labelId: number): boolean => selection.holdsOne(labelId);

  async function copyToNext(): Promise<void> {
    const from = editor.frame;
    if (!from || busy.value) return;
    busy.value = true;
    try {
      // What is on screen is copied, and what is stored on the next frame is looked at.
      if (await editor.flush()) await toasts.attempt(() => copyFrom(from));
    } finally {
      busy.value = false;
    }
  }

  async function copyFrom(from: FrameDetail): Promise<void> {
    const { document } = editor.editor;
    if (document?.frame.id !== from.id) return;
    const copies = masksToCopy(document);
    if (copies.length === 0) return void selection.refuse('needs-mask');
    const next = await call('frames.neighbour', {
      ...{ frameId: from.id, direction: 'next' },
      filter: { seriesId: from.seriesId },
    });
    if (!next) return void selection.refuse('last-frame');
    const { frame, masks, problem } = await call('frames.open', { frameId: next.id });
    const sameSize = frame.widthPx === document.frame.widthPx && frame.heightPx === document.frame.heightPx;
    if (problem || frame.sha256 === null || !sameSize) return void selection.refuse('other-size');
    const places = placesFor(copies, masks.filter(isLive).map(placed), holdsOne, document.frame);
    if (places.length === 0) return void selection.refuse('humans-mask');
    await list.goTo(() => Promise.resolve(next.id));
    if (!(await opened(next.id))) return;
    const there = editor.editor.document;
    if (there?.frame.sha256 !== frame.sha256) return;
    editor.editor.receive(next.id, frame.sha256, masks);
    if (!placeCopies(there, copies, holdsOne, from.id)) selection.refuse('humans-mask');
  }

  /** Resolves once the frame is on screen (true), or another is wanted instead. */
  function opened(frameId: number): Promise<boolean> {
    return new Promise((resolve) => {
      const stop = watch(
        () => [list.current?.id, editor.frame?.id, editor.problem] as const,
        ([wanted, shown, problem]) => {
          if (wanted === frameId && shown !== frameId && !problem) return;
          resolve(wanted === frameId && shown === frameId);
          queueMicrotask(() => stop());
        },
        { immediate: true, flush: 'post' },
      );
    });
  }

  const acts: Partial<Record<CommandId, () => unknown>> = { 'mask.copyToNext': copyToNext };

  function enabled(id: CommandId): boolean {
    return id in acts && !busy.value && !cine.moving && editor.instances.length > 0 && editor.waitingClicks === 0;
  }

  return { acts, enabled };
});

const isLive = ({ current: { state } }: MaskInstance): boolean => state !== 'rejected' && state !== 'deleted';

function placed({ labelId, current: { state, rle } }: MaskInstance): PlacedMask {
  return { labelId, state, counts: rle.counts };
}
