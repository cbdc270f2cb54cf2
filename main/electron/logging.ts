/** Where this program's log and crash reports lie, and what of Electron is noted there. What a line may say: main/log. */
import { app, crashReporter } from 'electron';
import { join } from 'node:path';
import { LogFile, logFaults, logNote, logTo, pruneCrashReports } from '../log';

/** Before anything else that may fail. The profile must have been chosen. */
export function startLogging(): LogFile {
  const file = new LogFile(join(app.getPath('userData'), 'logs'));
  logTo((line, thrown) => {
    file.write(line);
    if (!app.isPackaged) console.error(thrown ?? line);
  });
  logFaults('main');
  keepCrashReports();
  app.on('child-process-gone', (_event, { type, reason, exitCode }) =>
    logNote('process', `${type} ended: ${reason} ${exitCode}`),
  );
  app.on('render-process-gone', (_event, _contents, { reason, exitCode }) =>
    logNote('process', `page ended: ${reason} ${exitCode}`),
  );
  return file;
}

/** How many crash reports there are now; those beyond the limits are deleted. */
export function crashReports(): number {
  return pruneCrashReports(app.getPath('crashDumps'));
}

/** On this computer alone. */
function keepCrashReports(): void {
  app.setPath('crashDumps', join(app.getPath('userData'), 'crashes'));
  crashReports();
  crashReporter.start({ uploadToServer: false });
}
