/** A project compared with its chain of seals beside whoever works in it, and told so that people find what is meant. */
import type { ProjectCheck, ProjectFinding } from '../../shared/domain';
import { ProjectStore, type Finding } from '../project';

/** A list that people read; the command line tells all. */
const TOLD = 200;

export interface CheckRequest {
  /** A folder, absolute, or a team's connection string with its password. */
  readonly place: string;
  /** A head that was written down before. */
  readonly expect?: string;
}

interface CheckTools {
  readonly signal: AbortSignal;
  onProgress(progress: { readonly done: number; readonly total: number }): void;
}

/** @throws AppError `cancelled`, or as `ProjectStore.openForReading` does */
export async function checkProject({ place, expect }: CheckRequest, tools: CheckTools): Promise<ProjectCheck> {
  const store = await ProjectStore.openForReading(place);
  try {
    const { findings, ...verified } = await store.verify({
      ...(expect !== undefined && { expect }),
      signal: tools.signal,
      onProgress: (done, total) => tools.onProgress({ done, total }),
    });
    const told: ProjectFinding[] = [];
    for (const finding of findings.slice(0, TOLD)) told.push(await toldOf(store, finding));
    return { ...verified, findingCount: findings.length, findings: told };
  } finally {
    await store.close();
  }
}

async function toldOf(store: ProjectStore, finding: Finding): Promise<ProjectFinding> {
  const { kind, where, what, seal } = finding;
  return {
    ...{ kind, where, what: String(what), ...(await store.whereabouts(finding)) },
    seal: seal && { id: seal.id, at: seal.created_at, user: seal.user_name },
  };
}
