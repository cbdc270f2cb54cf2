/** An image as a whole: its frames as a loop. */
import type { Handlers } from '../ipc';
import type { ProjectSession } from '../project-session';

type Channels = 'images.loop';

export function imageHandlers(session: ProjectSession): Pick<Handlers, Channels> {
  return {
    'images.loop': ({ imageId }) => session.store.frames.loop(imageId),
  };
}
