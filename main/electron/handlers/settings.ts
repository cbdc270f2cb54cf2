/** Reading and changing the user's settings. */
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { UserSettings } from '../user-settings';

export function settingsHandlers(
  settings: UserSettings,
  session: ProjectSession,
  preferences: PreferenceStore,
): Pick<Handlers, 'settings.get' | 'settings.set'> {
  return {
    'settings.get': () => settings.effective,
    'settings.set': async (change) => {
      const before = settings.effective.settings.pseudonyms;
      const effective = await settings.change(change);
      const { pseudonyms } = effective.settings;
      // From now on what is added to the open project is, or is not, de-identified.
      if (pseudonyms !== before && session.current) {
        const entry = { user: actingUser(session, preferences), action: 'set-pseudonyms', subject: 'settings' };
        await session.store.audit.append({ ...entry, detail: { pseudonyms } });
      }
      return effective;
    },
  };
}
