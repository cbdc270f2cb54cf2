/**
 * Exports a project's masks into a new folder. The folder is made under a hidden name and renamed when everything in it is
 * on the disk: it is complete or absent.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';
import type { ExportRequest, ExportResult } from '../../shared/ipc';
import type { ProjectStore } from '../project';
import { writeError } from '../files';
import { planExport, type ExportPlan, type Planned } from './export-plan';
import { recordExport } from './record-export';
import type { WriteTools, WrittenExport } from './write-export';

export interface ExportTools extends WriteTools {
  /** Who is written down in the audit. */
  readonly user: string;
  /** `writeExport`, in this process or elsewhere: the window's process has a window to serve. */
  write(plan: ExportPlan, folder: string, tools: WriteTools): Promise<WrittenExport>;
}

/** @throws AppError `cancelled`, `disk-full`, `write-failed`; nothing is left behind then but perhaps a line of the audit. */
export async function exportProject(
  store: ProjectStore,
  request: ExportRequest,
  tools: ExportTools,
): Promise<ExportResult> {
  const { signal } = tools;
  const draft = join(request.folder, `.sonomask-export-${randomUUID()}`);
  try {
    const planned = await planExport(store, request, signal);
    await mkdir(draft, { recursive: true });
    const written = await tools.write(planned.plan, draft, tools);
    await mkdir(draft, { recursive: true });
    await flushFolder(draft);
    signal.throwIfAborted();
    const folder = freeName(request.folder, `${planned.plan.project} masks`);
    const result = resultOf(folder, planned, written);
    // Before there is anything to take away: no export is without its line.
    await recordExport(store, tools.user, request, result);
    await rename(draft, folder);
    await flushFolder(request.folder);
    return result;
  } catch (cause) {
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    if (signal.aborted) throw new AppError('cancelled', request.folder, 'the export was withdrawn');
    throw isAppError(cause) ? cause : writeError(request.folder, cause);
  }
}

function resultOf(
  folder: string,
  { plan: { hasSets }, warnings, warningCount, withoutPatient }: Planned,
  { sets, losses, ...counts }: WrittenExport,
): ExportResult {
  return {
    ...{ folder, ...counts, warnings: [...warnings], warningCount, losses: [...losses] },
    sets: hasSets ? sets : null,
    withoutPatient: hasSets ? withoutPatient : 0,
  };
}

/** `name`, or `name 2`, `name 3`, ... */
function freeName(folder: string, name: string): string {
  for (let n = 1; ; n++) {
    const path = join(folder, n === 1 ? name : `${name} ${n}`);
    if (!existsSync(path)) return path;
  }
}

/** Windows cannot open folders and flushes them by itself. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
