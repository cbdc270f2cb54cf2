/** The prompt worker as a process: see prompt-service.ts. The model comes in the environment. */
import { promptService } from './prompt-service';
import { serveWorker } from './serve-worker';

const service = promptService(process.env['SONOMASK_MODEL_FOLDER'] ?? '');
// The page holds a port: it asks for masks and nothing else.
serveWorker(service, { decode: service.decode, propose: service.propose });
