/** Adding images to the project, listing its frames, opening one. */
import { AppError } from '../../../shared/errors';
import { summaryOf, type FrameSource } from '../../study';
import { actingUser } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { StudyDesk } from '../study-desk';
import type { Workstation } from '../workstation';

type Channels =
  | 'study.add'
  | 'study.cancel'
  | 'study.openSample'
  | 'frames.list'
  | 'frames.neighbour'
  | 'frames.offsetOf'
  | 'frames.open'
  | 'frames.acceptPixels'
  | 'frames.calibrate'
  | 'frames.setReview';

export function studyHandlers(
  desk: StudyDesk,
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, Channels> {
  const source = (): FrameSource => {
    if (!workstation.source) throw new AppError('usage', 'project', 'no project is open');
    return workstation.source;
  };
  return {
    'study.add': ({ paths }) => desk.add(paths),
    'study.cancel': () => desk.cancel(),
    'study.openSample': () => desk.openSample(),
    'frames.list': (request) => session.store.frames.list(request),
    'frames.neighbour': ({ frameId, direction, filter, elsewhere }) =>
      session.store.frames.neighbour(frameId, direction, filter, elsewhere),
    'frames.offsetOf': ({ frameId, filter }) => session.store.frames.offsetOf(frameId, filter),
    'frames.open': ({ frameId }) => {
      workstation.noteActivity();
      return source().open(frameId);
    },
    'frames.acceptPixels': ({ frameId }) => source().acceptPixels(frameId, actingUser(session, preferences)),
    'frames.calibrate': async ({ frameId, mmPerPx, scope }) => {
      const { measurements, frames } = session.store;
      await measurements.calibrate(frameId, mmPerPx, scope, actingUser(session, preferences));
      // A loop that is open knows its millimetres, too.
      page.tell('frames.changed', { frames: null });
      return (await frames.get(frameId)).calibration;
    },
    'frames.setReview': async ({ frameId, review }) => {
      const { frames } = session.store;
      await frames.setReview(frameId, review, actingUser(session, preferences));
      workstation.noteWork();
      page.tell('frames.changed', { frames: [summaryOf(await frames.get(frameId))] });
    },
  };
}
