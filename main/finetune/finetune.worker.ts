/** The fine-tune worker as a process: see finetune-api.ts. Everything it needs comes with the plan. */
import { constants, setPriority } from 'node:os';
import { serveWorker } from '../inference';
import { finetuneApi } from './finetune-api';

try {
  setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // Some systems do not let a process do even this; it is a courtesy, not a need.
}
serveWorker(finetuneApi());
