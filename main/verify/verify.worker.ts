/** The verify worker as a process: see verify-api.ts. */
import { serveWorker } from '../inference';
import { verifyApi } from './verify-api';

serveWorker(verifyApi);
