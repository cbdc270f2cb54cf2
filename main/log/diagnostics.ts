/** The text of "Copy Diagnostics": facts about program and computer, counts, the last lines of the log. No name, no path. */
import type { FrameCounts } from '../../shared/domain';
import type { InferenceStatus } from '../../shared/ipc';

export interface DiagnosticFacts {
  readonly versions: {
    readonly sonomask: string;
    readonly electron: string;
    readonly chrome: string;
    readonly node: string;
  };
  readonly system: { readonly os: string; readonly arch: string; readonly cpus: number; readonly cpu: string };
  /** Bytes. */
  readonly memory: { readonly total: number; readonly free: number; readonly ours: number };
  readonly gpu: string;
  readonly inference: InferenceStatus;
  /** Null where no project is open. */
  readonly project: { readonly frames: FrameCounts; readonly labels: number; readonly onServer: boolean } | null;
  readonly crashReports: number;
  readonly log: readonly string[];
}

/** In English whatever the interface's language is: it is for those who help. */
export function diagnosticsText(facts: DiagnosticFacts): string {
  const { versions, system, memory, project, log } = facts;
  return [
    `SonoMask ${versions.sonomask} (Electron ${versions.electron}, Chromium ${versions.chrome}, Node ${versions.node})`,
    `System: ${system.os}, ${system.arch}, ${system.cpus} CPUs (${system.cpu})`,
    `Memory: ${gib(memory.total)} GiB, ${gib(memory.free)} GiB free, ${gib(memory.ours)} GiB used by SonoMask`,
    `GPU: ${facts.gpu}`,
    ...inferenceLines(facts.inference),
    project ? projectLine(project) : 'Project: none open',
    `Crash reports on this computer: ${facts.crashReports}`,
    `Log, last ${log.length} lines:`,
    ...log,
  ].join('\n');
}

/** Reasons, not the runtime's words: those name files. */
function inferenceLines({ state, problem, model, provider, queue }: InferenceStatus): string[] {
  const refused = provider.refused.map((each) => `${each.provider}: ${each.reason}`).join(', ');
  return [
    `Model: ${state}${problem ? ` (${problem.code})` : ''}, ${model?.id.slice(0, 12) ?? 'none'}`,
    `Provider: ${provider.used ?? 'not tested yet'}, chosen ${provider.chosen}; self-test refused ${refused || 'none'}`,
    `Encoded: ${queue.done}, failed ${queue.failed}, last ${queue.lastMs === null ? '-' : Math.round(queue.lastMs)} ms`,
  ];
}

function projectLine({ frames, labels, onServer }: NonNullable<DiagnosticFacts['project']>): string {
  const counts = Object.entries(frames).map(([state, n]) => `${state} ${n}`);
  return `Project: ${onServer ? 'on a server' : 'in a folder'}, labels ${labels}, frames ${counts.join(', ')}`;
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
