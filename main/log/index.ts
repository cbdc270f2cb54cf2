export { pruneCrashReports } from './crash-reports';
export { diagnosticsText } from './diagnostics';
export { LogFile } from './log-file';
export { logError, logFaults, logNote, logTo, relay } from './log';
