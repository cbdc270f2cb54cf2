/** The encode worker as a process: see encode-api.ts. Model and threads come in the environment. */
import { encodeApi } from './encode-api';
import { giveWay } from './give-way';
import { serveWorker } from './serve-worker';

giveWay();
serveWorker(encodeApi(process.env['SONOMASK_MODEL_FOLDER'] ?? '', Number(process.env['SONOMASK_THREADS'] ?? 0)));
