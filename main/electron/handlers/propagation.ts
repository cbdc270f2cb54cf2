/** Carrying masks on through a loop: one run at a time, for the open project. */
import { Propagation } from '../../propagate';
import { summaryOf } from '../../study';
import { AppError } from '../../../shared/errors';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';
import { LongRun } from './long-run';

type Channels = 'propagation.run' | 'propagation.cancel' | 'propagation.undo' | 'propagation.loop';

export function propagationHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, Channels> {
  const carrying = new LongRun('propagation', workstation);
  /** What was carried on last, of the project that was open then. */
  let last: { readonly propagation: Propagation; readonly project: AbortSignal } | undefined;

  function propagation(): Propagation {
    const { source, studyWorker: worker, inference } = workstation;
    const { store } = session;
    if (!source) throw new AppError('usage', 'project', 'no project is open');
    return new Propagation({
      ...{ store, source, worker },
      save: (edit) => {
        const { project } = inference;
        if (!project) throw new AppError('cancelled', 'project', 'the project was closed');
        return project.proposer.save(edit);
      },
      onSaved: async (frameId, masks) => {
        const frame = await store.frames.get(frameId);
        page.tell('frames.changed', { frames: [summaryOf(frame)] });
        if (frame.sha256) page.tell('masks.changed', { frameId, frameSha256: frame.sha256, masks: [...masks] });
      },
    });
  }

  return {
    'propagation.run': (request) =>
      carrying.start(async (signal) => {
        const { projectSignal: project } = workstation;
        // One that changes nothing leaves the run before it to be taken back.
        if (last?.project !== project) last = { propagation: propagation(), project };
        try {
          return await last.propagation.run(request, {
            user: actingUser(session, preferences),
            signal,
            onProgress: (progress) => page.tell('propagation.progress', progress),
          });
        } catch (error) {
          if (signal.aborted) throw new AppError('cancelled', 'propagation', 'it was withdrawn');
          throw error;
        } finally {
          workstation.noteWork();
        }
      }),
    'propagation.loop': ({ imageId, labelId }) => session.store.masks.throughLoop(imageId, labelId),
    'propagation.cancel': () => carrying.cancel(),
    'propagation.undo': async () => {
      if (carrying.isRunning || !last || last.project.aborted) return { frames: 0 };
      return { frames: await last.propagation.undo(actingUser(session, preferences)) };
    },
  };
}
