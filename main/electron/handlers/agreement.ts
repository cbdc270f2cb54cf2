/** How far two readers agree: one report at a time, computed in a worker of its own. */
import { AppError } from '../../../shared/errors';
import { planAgreement, tablesOf, type AgreementApi } from '../../agreement';
import { WorkerHost } from '../../inference';
import { assertSeesOthers } from '../acting-user';
import type { Handlers } from '../ipc';
import type { Page } from '../page';
import type { ProjectSession } from '../project-session';
import { utilityWorker } from '../utility-transport';
import type { Workstation } from '../workstation';

type Channels = 'agreement.run' | 'agreement.cancel' | 'agreement.masks';
type Progress = { done: number; total: number };

export function agreementHandlers(
  session: ProjectSession,
  workstation: Workstation,
  page: Page,
): Pick<Handlers, Channels> {
  let running: AbortController | undefined;
  return {
    'agreement.run': async ({ readers }) => {
      assertSeesOthers(session);
      if (running) throw new AppError('usage', 'agreement', 'readers are being compared already');
      const controller = new AbortController();
      const { signal } = controller;
      const { projectSignal: project } = workstation;
      const stop = (): void => controller.abort();
      const worker = new WorkerHost<AgreementApi>('agreement', utilityWorker('agreement'));
      project.addEventListener('abort', stop, { once: true });
      running = controller;
      try {
        const plan = await planAgreement(session.store, readers, signal);
        const onProgress = (progress: unknown): void => page.tell('agreement.progress', progress as Progress);
        const report = await worker.request('report', plan, { signal, onAbort: 'kill', onProgress });
        return { report, tables: tablesOf(report) };
      } catch (error) {
        if (signal.aborted) throw new AppError('cancelled', 'agreement', 'it was withdrawn');
        throw error;
      } finally {
        running = undefined;
        worker.dispose();
        project.removeEventListener('abort', stop);
      }
    },
    'agreement.cancel': () => running?.abort(),
    'agreement.masks': async ({ readers: [first, second], frameId, labelId }) => {
      assertSeesOthers(session);
      const { outlines } = session.store;
      const of = async (reading: number) =>
        (await outlines.of(reading, frameId)).filter((each) => each.labelId === labelId).map(({ rle }) => rle);
      return [await of(first), await of(second)];
    },
  };
}
