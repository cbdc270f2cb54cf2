/** The project's labels and the heads the model offers for them. Which label is being outlined is the editor's affair. */
import { defineStore } from 'pinia';
import { ref, shallowRef } from 'vue';
import type { LabelChange, LabelId, NewLabel } from '../../shared/domain';
import type { ModelHead, ProjectLabel } from '../../shared/ipc';
import { call, listen } from '../ipc';
import { useKeymap } from './keymap';

/** In the order in which they are given away. */
const LABEL_KEYS = '1234567890abcdefghijklmnopqrstuvwxyz';

export const useLabels = defineStore('labels', () => {
  const keys = useKeymap();
  const all = shallowRef<readonly ProjectLabel[]>([]);
  const heads = shallowRef<readonly ModelHead[]>([]);
  /** False until the project's labels were read. */
  const known = ref(false);

  async function load(): Promise<void> {
    all.value = await call('labels.list');
    known.value = true;
  }

  async function loadHeads(): Promise<void> {
    heads.value = await call('labels.heads');
  }

  function clear(): void {
    all.value = [];
    known.value = false;
  }

  function byId(id: LabelId): ProjectLabel | undefined {
    return all.value.find((label) => label.id === id);
  }

  /** Keys that neither another label nor a command has: digits first. */
  function freeKeys(own: LabelId | null): readonly string[] {
    const taken = new Set(all.value.filter(({ id }) => id !== own).map(({ shortcut }) => shortcut));
    return [...LABEL_KEYS].filter((key) => !taken.has(key) && !keys.commandOfLabelKey(key));
  }

  type HeadChoice = { readonly head?: string | null };

  /** Without a shortcut it gets one that is free. */
  async function create(label: NewLabel, head: HeadChoice = {}): Promise<ProjectLabel> {
    const made = await call('labels.create', { label: { shortcut: freeKeys(null)[0] ?? null, ...label }, ...head });
    if (!byId(made.id)) all.value = [...all.value, made];
    return made;
  }

  async function update(labelId: LabelId, change: LabelChange, head: HeadChoice = {}): Promise<void> {
    const changed = await call('labels.update', { labelId, change, ...head });
    all.value = all.value.map((label) => (label.id === labelId ? changed : label));
  }

  async function remove(labelId: LabelId): Promise<void> {
    await call('labels.remove', { labelId });
    all.value = all.value.filter(({ id }) => id !== labelId);
  }

  listen('labels.changed', ({ labels }) => {
    all.value = labels;
    known.value = true;
  });

  return { all, heads, known, load, loadHeads, clear, byId, freeKeys, create, update, remove };
});
