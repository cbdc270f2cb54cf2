/** The import worker as a process: see import-api.ts. */
import { serveWorker } from '../inference';
import { importApi } from './import-api';

serveWorker(importApi);
