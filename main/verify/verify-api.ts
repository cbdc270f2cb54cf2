/** What the verify worker does: one check, so that the window does not wait for all rows to be read and hashed. */
import type { ProjectCheck } from '../../shared/domain';
import type { WorkerContext } from '../../shared/worker-protocol';
import { checkProject, type CheckRequest } from './check-project';

export const verifyApi = {
  /** Reports `{ done, total }`, rows. @throws AppError as `checkProject` does */
  check: (request: CheckRequest, { signal, report }: WorkerContext): Promise<ProjectCheck> =>
    checkProject(request, { signal, onProgress: report }),
};

export type VerifyApi = typeof verifyApi;
