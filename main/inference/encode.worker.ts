/** The encode worker as a process: see encode-api.ts. The model comes in the environment. */
import { encodeApi } from './encode-api';
import { giveWay } from './give-way';
import { serveWorker } from './serve-worker';

giveWay();
serveWorker(encodeApi(process.env['SONOMASK_MODEL_FOLDER'] ?? ''));
