/** What the agreement worker does: one report, so that neither the window nor the reading of frames waits for it. */
import type { AgreementReport } from '../../shared/domain';
import type { WorkerContext } from '../../shared/worker-protocol';
import type { AgreementPlan } from './agreement-plan';
import { compare } from './compare';
import { reportOf } from './report';

export const agreementApi = {
  /** Reports `{ done, total }`. @throws AppError as `compare` does */
  report: async (plan: AgreementPlan, { signal, report }: WorkerContext): Promise<AgreementReport> =>
    reportOf(plan, await compare(plan.pairs, { signal, onProgress: report })),
};

export type AgreementApi = typeof agreementApi;
