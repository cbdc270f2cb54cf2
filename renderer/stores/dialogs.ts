/** Which dialog is open: one at a time. */
import { defineStore } from 'pinia';
import { computed, ref } from 'vue';

export type DialogName =
  | 'export'
  | 'import'
  | 'pacs-fetch'
  | 'pacs-send'
  | 'pacs-servers'
  | 'team'
  | 'settings'
  | 'keys'
  | 'shortcuts'
  | 'palette'
  | 'about'
  | 'diagnostics'
  | 'manual'
  | 'labels'
  | 'dashboard'
  | 'file'
  | 'batch'
  | 'learn'
  | 'versions'
  | 'report'
  | 'readers'
  | 'agreement'
  | 'adjudication'
  | 'history'
  | 'backups'
  | 'verify'
  | 'updates';

export const useDialogs = defineStore('dialogs', () => {
  const open = ref<DialogName | null>(null);
  const isOpen = computed(() => open.value !== null);

  function show(name: DialogName): void {
    open.value = name;
  }

  function close(): void {
    open.value = null;
  }

  return { open, isOpen, show, close };
});
