/** The backup worker as a process: see backup-api.ts. */
import { serveWorker } from '../inference';
import { backupApi } from './backup-api';

serveWorker(backupApi);
