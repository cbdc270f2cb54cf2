/** Rounds, head versions, and the frame to correct next. */
import { app } from 'electron';
import { AppError } from '../../../shared/errors';
import { packMask, type Mask } from '../../../shared/mask';
import { changeLearningSettings, learningSettings, type Learning } from '../../finetune';
import type { StoredHead } from '../../project';
import type { Channel } from '../../../shared/ipc';
import type { Handlers } from '../ipc';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

type Channels = Extract<Channel, `learning.${string}`>;

export function learningHandlers(session: ProjectSession, workstation: Workstation): Pick<Handlers, Channels> {
  const { inference } = workstation;
  /** Once it is known which model there is. */
  const learning = async (): Promise<Learning> => {
    await inference.settled;
    if (!workstation.learning) throw new AppError('usage', 'project', 'no project is open');
    return workstation.learning;
  };
  return {
    'learning.labels': async () => (await learning()).labels(),
    'learning.start': async ({ labelId, ...options }) => (await learning()).start(labelId, options),
    'learning.pause': async ({ roundId }) => (await learning()).pause(roundId),
    'learning.resume': async ({ roundId }) => (await learning()).resume(roundId),
    'learning.finish': async ({ roundId }) => (await learning()).finish(roundId),
    'learning.cancel': async ({ roundId }) => (await learning()).cancel(roundId),
    'learning.rounds': ({ labelId }) => session.store.rounds.ofLabel(labelId),
    'learning.versions': async ({ labelId }) => (await learning()).versions.list(labelId),
    'learning.activate': async ({ labelId, headId }) => (await learning()).versions.activate(labelId, headId),
    'learning.removeVersion': async ({ headId }) => (await learning()).versions.remove(headId),
    'learning.exportVersion': async ({ headId, path }) =>
      (await learning()).versions.export(headId, path, app.getVersion()),
    'learning.importVersion': async ({ labelId, path }) => (await learning()).versions.import(labelId, path),
    'learning.compare': async ({ frameId, labelId, headIds: [left, right] }) => {
      const { project } = inference;
      const { ownHead } = await (await learning()).versions.list(labelId);
      if (!project) throw new AppError('usage', 'project', 'no project is open');
      const headOf = (id: number | null): Promise<StoredHead | string | null> =>
        id === null ? Promise.resolve(ownHead?.name ?? null) : session.store.heads.get(id);
      const heads = [await headOf(left), await headOf(right)] as const;
      const drawn = await project.draw(
        frameId,
        heads.filter((head) => head !== null),
      );
      const [first, second] = heads.map((head) => (head === null ? null : packed(drawn.shift())));
      return { masks: [first ?? null, second ?? null] };
    },
    'learning.settings': () => learningSettings(session.store),
    'learning.setSettings': async (change) => {
      const changed = await changeLearningSettings(session.store, change);
      workstation.prepareOrder(changed.order);
      return changed;
    },
    'learning.next': async ({ after }) => {
      const { order } = await learningSettings(session.store);
      if (!workstation.orders) throw new AppError('usage', 'project', 'no project is open');
      return workstation.orders.next(order, after);
    },
  };
}

function packed(mask: Mask | undefined) {
  return mask ? { widthPx: mask.widthPx, heightPx: mask.heightPx, bits: new Uint8Array(packMask(mask)) } : null;
}
