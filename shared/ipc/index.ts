/** The contract between renderer and main, and how errors cross it. */
export { WIRE, type Answer, type Bridge, type PortMessage } from './bridge';
export type { BatchEstimate, BatchOptions, BatchStatus } from './batch';
export {
  CHANNELS,
  EVENTS,
  PORTS,
  type Channel,
  type EventName,
  type EventOf,
  type PortName,
  type RequestInput,
  type RequestOf,
  type ResponseOf,
} from './contract';
export {
  DEFAULT_SPLIT,
  EXPORT_FORMATS,
  EXPORT_SETS,
  FORMATS_WITH_SETS,
  type ExportFormat,
  type CopiedImages,
  type ExportLoss,
  type ExportPictures,
  type ExportRequest,
  type ExportResult,
  type ExportSet,
  type KeptArea,
  type SplitRatios,
} from './export';
export type { ImportProblem, ImportReport, ImportRequest } from './import';
export {
  PROVIDERS,
  inferenceStatusSchema,
  providerChoiceSchema,
  type InferenceStatus,
  type Provider,
  type ProviderChoice,
  type ProviderRefusal,
} from './inference';
export type { ModelHead, ProjectLabel } from './labels';
export type { LabelLearning, LearningProgress } from './learning';
export {
  pacsServerSchema,
  type PacsFetched,
  type PacsFound,
  type PacsQuery,
  type PacsSent,
  type PacsServer,
  type PacsServers,
  type PacsStudy,
  type PacsUnsent,
} from './pacs';
export { teamLoginSchema, type KnownLogin, type TeamLogin } from './team';
export type { Project, RecentProject } from './project';
export type { PropagationEnd, PropagationRequest, PropagationResult } from './propagation';
export {
  settingsChangeSchema,
  settingsSchema,
  THEMES,
  type EffectiveSettings,
  type Settings,
  type Theme,
} from './settings';
export { cineUrl, FRAME_HASH_HEADER, frameUrl, thumbnailUrl } from './frame-url';
export type { AddedStudy, Indexing, OpenedFrame, Problem } from './study';
export type { UpdatesState } from './updates';
export { fromWireError, toWireError, type WireError } from './wire-error';
