/** The prompt worker as a process: see prompt-service.ts. The model comes in the environment. */
import { promptService } from './prompt-service';
import { serveWorker } from './serve-worker';

serveWorker(promptService(process.env['SONOMASK_MODEL_FOLDER'] ?? ''));
