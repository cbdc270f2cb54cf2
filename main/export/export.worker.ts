/** The export worker as a process: see export-api.ts. */
import { serveWorker } from '../inference';
import { exportApi } from './export-api';

serveWorker(exportApi);
