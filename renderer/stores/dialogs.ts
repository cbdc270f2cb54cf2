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

/** What they show and would do is of the project that was open when they were opened. */
const OF_PROJECT: ReadonlySet<DialogName> = new Set([
  'export',
  'import',
  'pacs-send',
  'labels',
  'dashboard',
  'file',
  'batch',
  'learn',
  'versions',
  'report',
  'readers',
  'agreement',
  'adjudication',
  'history',
  'verify',
]);

export const useDialogs = defineStore('dialogs', () => {
  const open = ref<DialogName | null>(null);
  const isOpen = computed(() => open.value !== null);

  function show(name: DialogName): void {
    open.value = name;
  }

  function close(): void {
    open.value = null;
  }

  /** Another project is open now, or none. */
  function leaveProject(): void {
    if (open.value && OF_PROJECT.has(open.value)) close();
  }

  return { open, isOpen, show, close, leaveProject };
});
