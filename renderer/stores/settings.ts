/** The user's settings as the interface shows them; main keeps them. */
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { EffectiveSettings, Settings } from '../../shared/ipc';
import { STANDARD_KEYBOARD } from '../../shared/keymap';
import { showLanguage } from '../i18n';
import { call, listen } from '../ipc';
import { paintDocument } from '../theme';

export const useSettings = defineStore('settings', () => {
  const effective = shallowRef<EffectiveSettings>({
    settings: {
      ...{ language: 'system', theme: 'dark', pseudonyms: false, keyboard: STANDARD_KEYBOARD },
      ...{ updatePlace: '', updatesAtStart: false },
    },
    language: 'en',
  });

  function take(value: EffectiveSettings): void {
    effective.value = value;
    showLanguage(value.language);
    paintDocument(value.settings.theme);
  }

  /** Must be awaited before the first component is mounted, so that nothing flashes in the wrong language. */
  async function load(): Promise<void> {
    listen('settings.changed', take);
    take(await call('settings.get'));
  }

  async function change(settings: Partial<Settings>): Promise<void> {
    take(await call('settings.set', settings));
  }

  return { effective, load, change };
});
