/** Fine-tuning: what other rooms may use. */
export { finetuneHead, type FinetuneOptions, type FinetuneProgress, type FinetuneResult } from './finetune-head';
export type { LabelledImage } from './samples';
export type {
  Assignment,
  FinetuneApi,
  HeadFile,
  LearningFrame,
  RoundFrame,
  RoundPlan,
  RoundProgress,
  RoundResult,
} from './round-plan';
export { IdleLearning } from './idle-learning';
export { Learning, type LearningParts, type StartOptions } from './learning';
export { changeLearningSettings, learningSettings, type LearningSettings } from './learning-settings';
export type { VersionList } from './versions';
export { Orders, type NextFrame, type OrdersParts } from './orders';
