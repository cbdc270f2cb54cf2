/** The study worker as a process: see study-api.ts. */
import { serveWorker } from '../inference';
import { studyApi } from './study-api';

serveWorker(studyApi);
