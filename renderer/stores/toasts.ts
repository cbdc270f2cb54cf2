/** Short messages over the window. Errors stay until they are closed; news goes by itself. */
import { defineStore } from 'pinia';
import { ref } from 'vue';
import { errorNotice } from '../i18n';
import { logPageError } from '../page-log';

export interface Toast {
  readonly id: number;
  readonly kind: 'error' | 'warning' | 'news';
  readonly title: string;
  /** What to do about it. */
  readonly advice?: string;
  /** What it is about, whole: a path, shown small. */
  readonly subject?: string;
}

const NEWS_MS = 6_000;
const MOST_SHOWN = 4;

export const useToasts = defineStore('toasts', () => {
  const shown = ref<readonly Toast[]>([]);
  let lastId = 0;

  function add(toast: Omit<Toast, 'id'>): void {
    const same = shown.value.find(({ title, subject }) => title === toast.title && subject === toast.subject);
    if (same) return;
    const id = ++lastId;
    shown.value = [...shown.value, { ...toast, id }].slice(-MOST_SHOWN);
    if (toast.kind !== 'error') setTimeout(() => close(id), NEWS_MS);
  }

  function close(id: number): void {
    shown.value = shown.value.filter((toast) => toast.id !== id);
  }

  /** Shows what went wrong, by its code. A cancelled act is what the user wanted: nothing is shown. */
  function error(cause: unknown): void {
    const notice = errorNotice(cause);
    if (notice.code === 'cancelled') return;
    if (notice.code === 'internal') logPageError(cause);
    add({
      kind: 'error',
      title: notice.title,
      advice: notice.advice,
      ...(notice.path ? { subject: notice.path } : {}),
    });
  }

  function news(title: string, advice?: string): void {
    add({ kind: 'news', title, ...(advice ? { advice } : {}) });
  }

  function warning(title: string, advice?: string): void {
    add({ kind: 'warning', title, ...(advice ? { advice } : {}) });
  }

  /** Runs an act of the user; what it throws is shown, and answered as undefined. */
  async function attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (cause) {
      error(cause);
      return undefined;
    }
  }

  return { shown, close, error, warning, news, attempt };
});
