/** Comments on frames, under the name of whoever reads. */
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';

type Channels = 'comments.ofFrame' | 'comments.add' | 'comments.change';

export function commentHandlers(session: ProjectSession, preferences: PreferenceStore): Pick<Handlers, Channels> {
  return {
    'comments.ofFrame': ({ frameId }) => session.store.comments.ofFrame(frameId),
    'comments.add': (comment) => session.store.comments.add(comment, actingUser(session, preferences)),
    'comments.change': (change) => session.store.comments.change(change, actingUser(session, preferences)),
  };
}
