/** Backups of projects in folders: what other rooms may use. */
export { AutomaticBackups } from './automatic-backups';
export type { BackupApi } from './backup-api';
export { editsSince, listBackups } from './contents';
export { makeBackup } from './make-backup';
export { restoreBackup, type Restored } from './restore-backup';
