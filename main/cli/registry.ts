/** All commands, in the order of the help. */
import type { Command } from './command';
import { annotate } from './commands/annotate';
import { batchCancel, batchPause, batchResume, batchRetry, batchRun, batchStatus } from './commands/batch';
import { deidentifyCommand } from './commands/deidentify';
import { demo } from './commands/demo';
import { evaluate } from './commands/evaluate';
import { exportMasks } from './commands/export';
import { finetune } from './commands/finetune';
import { importCommand } from './commands/import';
import { modelImport } from './commands/model-import';
import { modelInfo } from './commands/model-info';
import { modelRun } from './commands/model-run';
import { pacsFetch } from './commands/pacs-fetch';
import { pacsFind } from './commands/pacs-find';
import { pacsSend } from './commands/pacs-send';
import { predict } from './commands/predict';
import { projectAgreement } from './commands/project-agreement';
import { projectBackups, projectRestore } from './commands/project-backups';
import { projectFinetune } from './commands/project-finetune';
import { projectStats } from './commands/project-stats';
import { batchSubmit, workerCommand } from './commands/batch-queue';
import { projectMigrate } from './commands/project-migrate';
import { projectVerify } from './commands/project-verify';
import { projectActivate, projectVersions } from './commands/project-versions';
import { teamAdd, teamInit, teamList, teamRemove } from './commands/team';

export const COMMANDS: readonly Command[] = [
  annotate,
  predict,
  evaluate,
  finetune,
  modelImport,
  modelInfo,
  modelRun,
  projectFinetune,
  projectVersions,
  projectActivate,
  projectAgreement,
  projectStats,
  projectBackups,
  projectRestore,
  batchRun,
  batchStatus,
  batchPause,
  batchResume,
  batchRetry,
  batchCancel,
  batchSubmit,
  workerCommand,
  projectMigrate,
  projectVerify,
  teamInit,
  teamAdd,
  teamRemove,
  teamList,
  exportMasks,
  importCommand,
  deidentifyCommand,
  pacsFind,
  pacsFetch,
  pacsSend,
  demo,
];
