/** An image as a whole: its frames as a loop, what its file says. */
import { AppError } from '../../../shared/errors';
import type { Handlers } from '../ipc';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

type Channels = 'images.loop' | 'images.describe';

export function imageHandlers(session: ProjectSession, workstation: Workstation): Pick<Handlers, Channels> {
  return {
    'images.loop': ({ imageId }) => session.store.frames.loop(imageId),
    'images.describe': ({ frameId, patientData }) => {
      if (!workstation.source) throw new AppError('usage', 'project', 'no project is open');
      return workstation.source.describe(frameId, patientData);
    },
  };
}
