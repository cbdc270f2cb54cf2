/** The project's labels and their heads. */
import { AppError } from '../../../shared/errors';
import type { ProjectLabel } from '../../../shared/ipc';
import type { InferenceHost } from '../../inference';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';

type Channels = 'labels.list' | 'labels.heads' | 'labels.create' | 'labels.update' | 'labels.remove';

export function labelHandlers(
  inference: InferenceHost,
  session: ProjectSession,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, Channels> {
  const labels = () => {
    if (!inference.labels) throw new AppError('usage', 'project', 'no project is open');
    return inference.labels;
  };
  /** What is on screen gets the proposals of a label that has just come. */
  const changed = async (): Promise<void> => {
    page.tell('labels.changed', { labels: await labels().list() });
    await inference.project?.refocus();
  };
  const afterwards = async (label: ProjectLabel): Promise<ProjectLabel> => {
    await changed();
    return label;
  };
  return {
    'labels.list': async () => {
      await inference.settled;
      return labels().list();
    },
    'labels.heads': async () => {
      await inference.settled;
      return [...inference.heads];
    },
    'labels.create': async ({ label, ...choice }) => {
      await inference.settled;
      return afterwards(await labels().create(label, choice));
    },
    'labels.update': async ({ labelId, change, ...choice }) => {
      await inference.settled;
      return afterwards(await labels().update(labelId, change, actingUser(session, preferences), choice));
    },
    'labels.remove': async ({ labelId }) => {
      await session.store.labels.remove(labelId);
      await changed();
    },
  };
}
