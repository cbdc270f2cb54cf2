/** Opening and closing projects. */
import type { Handlers } from '../ipc';
import type { ProjectSession } from '../project-session';
import type { RecentProjects } from '../recent-projects';

export function projectHandlers(
  session: ProjectSession,
  recent: RecentProjects,
): Pick<Handlers, 'project.create' | 'project.open' | 'project.close' | 'project.current' | 'project.recent'> {
  return {
    'project.create': ({ folder, name }) => session.create(folder, name),
    'project.open': ({ path }) => session.open(path),
    'project.close': () => session.close(),
    'project.current': () => session.current,
    'project.recent': () => recent.list(),
  };
}
