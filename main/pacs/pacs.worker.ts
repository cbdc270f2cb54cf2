/** The PACS worker as a process: see pacs-api.ts. */
import { serveWorker } from '../inference';
import { pacsApi } from './pacs-api';

serveWorker(pacsApi);
