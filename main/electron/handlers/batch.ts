/** Batches: what can be asked for, how long it would take, the life of one. */
import { AppError } from '../../../shared/errors';
import type { Channel } from '../../../shared/ipc';
import type { BatchDesk } from '../../batch';
import type { Handlers } from '../ipc';
import type { Workstation } from '../workstation';

type Channels = Extract<Channel, `batch.${string}`>;

export function batchHandlers(workstation: Workstation): Pick<Handlers, Channels> {
  /** Once it is known which model there is. */
  const desk = async (): Promise<BatchDesk> => {
    await workstation.inference.settled;
    if (!workstation.batches) throw new AppError('usage', 'project', 'no project is open');
    return workstation.batches;
  };
  return {
    'batch.options': async () => (await desk()).options(),
    'batch.estimate': async (request) => (await desk()).estimate(request),
    'batch.measure': async (request) => (await desk()).measure(request),
    'batch.status': async () => (await desk()).status(),
    'batch.start': async (request) => (await desk()).start(request),
    'batch.pause': async () => (await desk()).pause(),
    'batch.resume': async () => (await desk()).resume(),
    'batch.cancel': async () => (await desk()).cancel(),
    'batch.retry': async () => (await desk()).retry(),
    'batch.failures': async () => (await desk()).failures(),
  };
}
