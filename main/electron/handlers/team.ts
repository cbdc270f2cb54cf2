/** Opening a team's project, and watching who else works on the frame on screen. */
import type { Handlers } from '../ipc';
import type { ProjectSession } from '../project-session';
import type { TeamLogins } from '../team-logins';
import type { Workstation } from '../workstation';

export function teamHandlers(
  session: ProjectSession,
  workstation: Workstation,
  logins: TeamLogins,
): Pick<Handlers, 'team.known' | 'team.open' | 'team.watch'> {
  return {
    'team.known': ({ place }) => logins.known(place),
    'team.open': async ({ login, password, keep }) => {
      const project = await session.open(logins.addressOf(login, password));
      await logins.remember(project.path, login, password, keep);
      return project;
    },
    'team.watch': ({ frameId }) => workstation.team?.watch(frameId),
  };
}
