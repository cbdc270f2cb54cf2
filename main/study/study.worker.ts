/** The study worker as a process: see study-api.ts. */
import { serveWorker } from '../inference';
import { sharp } from './readers/load-sharp';
import { studyApi } from './study-api';

serveWorker(studyApi);
// Half a second that the first frame would wait for.
setImmediate(sharp);
