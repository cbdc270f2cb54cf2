/** The agreement of two readers: which two, the comparison under way, and what came of it. */
import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import type { AgreementRow, LabelId, ReadingId } from '../../shared/domain';
import type { ResponseOf } from '../../shared/ipc';
import { wholeMask, type Mask } from '../../shared/mask';
import { call, listen } from '../ipc';
import { useToasts } from './toasts';

export type MaskOfReaders = readonly [first: Mask | null, second: Mask | null];

export const useAgreement = defineStore('agreement', () => {
  const toasts = useToasts();
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null);
  const running = computed(() => progress.value !== null);
  const found = shallowRef<ResponseOf<'agreement.run'> | null>(null);
  const report = computed(() => found.value?.report ?? null);

  async function run(readers: readonly [ReadingId, ReadingId]): Promise<void> {
    progress.value = { done: 0, total: 0 };
    try {
      const [first, second] = readers;
      found.value = (await toasts.attempt(() => call('agreement.run', { readers: [first, second] }))) ?? null;
    } finally {
      progress.value = null;
    }
  }

  const cancel = (): Promise<unknown> => toasts.attempt(() => call('agreement.cancel'));

  /** The two outlines that were compared. Throws `AppError`. */
  async function masksOf({ frameId, labelId }: Pick<AgreementRow, 'frameId' | 'labelId'>): Promise<MaskOfReaders> {
    if (!report.value) return [null, null];
    const [{ id: first }, { id: second }] = report.value.readers;
    const [ofFirst, ofSecond] = await call('agreement.masks', { readers: [first, second], frameId, labelId });
    return [wholeMask(ofFirst), wholeMask(ofSecond)];
  }

  /** Those of a label that differ most, the worst first: what one alone has outlined, then by Dice. */
  function worst(labelId: LabelId, count: number): AgreementRow[] {
    const own = (report.value?.rows ?? []).filter((row) => row.labelId === labelId);
    return own.toSorted((a, b) => a.dice - b.dice).slice(0, count);
  }

  async function saveTable(kind: 'frames' | 'summary', name: string): Promise<void> {
    const text = found.value?.tables[kind];
    if (text === undefined) return;
    await toasts.attempt(() => call('dashboard.saveFile', { name, file: { kind: 'csv', text } }));
  }

  async function savePicture(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await toasts.attempt(() => call('dashboard.saveFile', { name, file: { kind: 'png', bytes } }));
  }

  listen('agreement.progress', (now) => {
    if (running.value) progress.value = now;
  });
  listen('project.changed', () => (found.value = null));

  return { progress, running, report, run, cancel, masksOf, worst, saveTable, savePicture };
});
