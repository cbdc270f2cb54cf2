/** Who reads: the project's readings, and opening it in another one. */
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';

type Channels = 'readings.list' | 'readings.create' | 'readings.open';

export function readingHandlers(session: ProjectSession, preferences: PreferenceStore): Pick<Handlers, Channels> {
  return {
    'readings.list': () => session.store.readings.list(),
    'readings.create': (reading) => session.store.readings.create(reading, actingUser(session, preferences)),
    'readings.open': async ({ readingId }) => {
      const user = actingUser(session, preferences);
      const project = await session.read(readingId);
      const { audit, reading } = session.store;
      const { name, blind } = reading;
      await audit.append({ user, action: 'open-reading', subject: `reading ${readingId}`, detail: { name, blind } });
      return project;
    },
  };
}
