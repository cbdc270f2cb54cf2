/** The open project compared with its seals, in a worker of its own: one check at a time. */
import type { VerifyApi } from '../../verify';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';
import { askOwnWorker, LongRun } from './long-run';

export function verifyHandlers(
  session: ProjectSession,
  workstation: Workstation,
  page: Page,
): Pick<Handlers, 'verify.run' | 'verify.cancel'> {
  const checking = new LongRun('check', workstation);
  return {
    'verify.run': ({ expect }) =>
      checking.start((signal) =>
        askOwnWorker<VerifyApi, 'check'>(
          'verify',
          'check',
          { place: session.address, ...(expect !== undefined && { expect }) },
          { signal, onProgress: (progress) => page.tell('verify.progress', progress) },
        ),
      ),
    'verify.cancel': () => checking.cancel(),
  };
}
