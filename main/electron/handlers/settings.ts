/** Reading and changing the user's settings. */
import type { Handlers } from '../ipc';
import type { UserSettings } from '../user-settings';

export function settingsHandlers(settings: UserSettings): Pick<Handlers, 'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => settings.effective,
    'settings.set': (change) => settings.change(change),
  };
}
