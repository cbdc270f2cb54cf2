/** Whether the frames of the list are on screen as pictures, in place of the open one. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import type { CommandId } from '../../shared/commands';
import { listen } from '../ipc';

export const useFrameGrid = defineStore('frame-grid', () => {
  const open = ref(false);
  const close = (): void => void (open.value = false);
  listen('project.changed', close);
  const acts: Partial<Record<CommandId, () => void>> = { 'view.grid': () => (open.value = !open.value) };
  return { open, close, acts };
});
