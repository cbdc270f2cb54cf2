/** The log as the page meets it: what it may add, and the text that a user copies for those who help. */
import { app, shell } from 'electron';
import { readdirSync } from 'node:fs';
import { cpus, freemem, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { describePageErrors } from '../../../shared/error-trace';
import { diagnosticsText, logError, logNote, type LogFile } from '../../log';
import type { Handlers } from '../ipc';
import { crashReports } from '../logging';
import type { ProjectSession } from '../project-session';
import type { Workstation } from '../workstation';

const LOG_LINES = 200;
const gpuSchema = z.object({
  gpuDevice: z.array(z.object({ active: z.boolean(), vendorId: z.number(), deviceId: z.number() })),
});

type Channels = 'diagnostics.text' | 'diagnostics.showLog' | 'diagnostics.pageFailed';

export function diagnosticsHandlers(
  log: LogFile,
  session: ProjectSession,
  workstation: Workstation,
): Pick<Handlers, Channels> {
  const scripts = new Set(readdirSync(join(app.getAppPath(), 'out', 'renderer', 'assets')));
  return {
    'diagnostics.text': async () => {
      const { electron = '', chrome = '', node } = process.versions;
      return diagnosticsText({
        versions: { sonomask: app.getVersion(), electron, chrome, node },
        system: { os: `${type()} ${release()}`, arch: process.arch, cpus: cpus().length, cpu: cpus()[0]?.model ?? '' },
        memory: { total: totalmem(), free: freemem(), ours: oursInBytes() },
        gpu: await gpu(),
        inference: workstation.inference.status,
        project: await projectCounts(session),
        crashReports: crashReports(),
        log: log.tail(LOG_LINES),
      });
    },
    'diagnostics.showLog': () => {
      // So that there is a file to show.
      logNote('log', 'shown');
      shell.showItemInFolder(log.path);
    },
    'diagnostics.pageFailed': ({ errors }) =>
      logNote(
        'page',
        describePageErrors(errors, (file) => scripts.has(file)),
      ),
  };
}

async function projectCounts(session: ProjectSession) {
  if (!session.current) return null;
  const { frames, labels } = session.store;
  return {
    frames: await frames.count({}),
    labels: (await labels.list()).length,
    onServer: session.serverUser !== null,
  };
}

/** Of all processes of the program: Electron counts in kB. */
function oursInBytes(): number {
  return app.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize * 1024, 0);
}

async function gpu(): Promise<string> {
  try {
    const { gpuDevice } = gpuSchema.parse(await app.getGPUInfo('basic'));
    const hex = (id: number): string => id.toString(16).padStart(4, '0');
    return (
      gpuDevice
        .map(({ active, vendorId, deviceId }) => `${hex(vendorId)}:${hex(deviceId)}${active ? '' : ' (unused)'}`)
        .join(', ') || 'none'
    );
  } catch (error) {
    logError('gpu', error);
    return 'unknown';
  }
}
