/** All commands, in the order of the help. */
import type { Command } from './command';
import { evaluate } from './commands/evaluate';
import { modelImport } from './commands/model-import';
import { modelInfo } from './commands/model-info';
import { modelRun } from './commands/model-run';

export const COMMANDS: readonly Command[] = [evaluate, modelImport, modelInfo, modelRun];
