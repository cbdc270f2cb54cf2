/** The agreement worker as a process: see agreement-api.ts. */
import { serveWorker } from '../inference';
import { agreementApi } from './agreement-api';

serveWorker(agreementApi);
