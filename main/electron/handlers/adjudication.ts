/** Deciding where two readers differ, in the main reading, by somebody who may see both. */
import { MAIN_READING, type FrameId, type MaskInstance } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import type { ProjectStore } from '../../project';
import { summaryOf } from '../../study';
import { actingUser, assertSeesOthers } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { PreferenceStore } from '../preferences';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

type Channels = 'adjudication.list' | 'adjudication.decide' | 'adjudication.takeBack';

export function adjudicationHandlers(
  session: ProjectSession,
  workstation: Workstation,
  preferences: PreferenceStore,
  page: Page,
): Pick<Handlers, Channels> {
  /** The open project, where it may be adjudicated. */
  function adjudicated(): ProjectStore {
    assertSeesOthers(session);
    const { store } = session;
    if (store.reading.id !== MAIN_READING) {
      throw new AppError('usage', store.reading.name, 'only in the main reading is anything adjudicated');
    }
    return store;
  }

  async function tell(store: ProjectStore, frameId: FrameId, masks: readonly MaskInstance[]): Promise<void> {
    workstation.noteWork();
    const frame = await store.frames.get(frameId);
    page.tell('frames.changed', { frames: [summaryOf(frame)] });
    if (frame.sha256) page.tell('masks.changed', { frameId, frameSha256: frame.sha256, masks: [...masks] });
  }

  return {
    'adjudication.list': ({ readers }) => adjudicated().adjudications.of(readers),
    'adjudication.decide': async ({ place, choice }) => {
      const store = adjudicated();
      const masks = await store.adjudications.decide(place, choice, actingUser(session, preferences));
      await tell(store, place.frameId, masks);
    },
    'adjudication.takeBack': async ({ place }) => {
      const store = adjudicated();
      await tell(store, place.frameId, await store.adjudications.takeBack(place, actingUser(session, preferences)));
    },
  };
}
