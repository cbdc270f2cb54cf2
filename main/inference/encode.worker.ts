/** The encode worker as a process: see encode-api.ts. The model comes in the environment. */
import { encodeApi, giveWay } from './encode-api';
import { serveWorker } from './serve-worker';

giveWay();
serveWorker(encodeApi(process.env['SONOMASK_MODEL_FOLDER'] ?? ''));
