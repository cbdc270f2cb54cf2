/** The nouns of the project as zod schemas and types: what every process and the interface may use. */
export { isoTime, rowId, sha256, shortText, sizePx } from './ids';
export { NO_PROMPT, prompt, promptBox, promptPoint } from './prompt';
export type { Prompt, PromptBox, PromptPoint } from './prompt';
export { LABEL_PALETTE, label, labelChange, newLabel, nextColour } from './label';
export type { Label, LabelChange, LabelId, NewLabel } from './label';
export { reviewOf, reviewState } from './review';
export type { ReviewState } from './review';
export {
  PROPOSING_USER,
  frameEdit,
  labelProgress,
  MACHINE_STATES,
  maskChange,
  maskInstance,
  maskRevision,
  maskRle,
  maskState,
  origin,
  savedEdit,
} from './mask-revision';
export type {
  FrameEdit,
  LabelProgress,
  MaskChange,
  MaskId,
  MaskInstance,
  MaskRevision,
  MaskRle,
  MaskState,
  Origin,
  RevisionId,
  SavedEdit,
} from './mask-revision';
export { calibration, calibrationOfFrame, calibrationOrigin, imageCalibration, mmPerPx, scale } from './calibration';
export type { CalibratedRegion, Calibration, CalibrationOrigin, ImageCalibration, Scale } from './calibration';
export { labelOnFrame } from './label-on-frame';
export type { LabelOnFrame } from './label-on-frame';
export { MAIN_READING, newReading, readerName, reading } from './reading';
export type { NewReading, Reading, ReadingId } from './reading';
export { adjudication, adjudicationChoice, adjudicationPlace, readerPair } from './adjudication';
export type { Adjudication, AdjudicationChoice, AdjudicationPlace, ReaderPair } from './adjudication';
export { agreementReport, agreementRow, DIFFER_DICE } from './agreement';
export type { AgreementReport, AgreementRow, LabelAgreement, MaskDifference, PartAgreement } from './agreement';
export { comment, commentChange, commentState, newComment } from './comment';
export type { Comment, CommentChange, CommentId, CommentState, NewComment } from './comment';
export { measurement } from './measurement';
export type { CaliperMeasurement, EllipseMeasurement, Measurement } from './measurement';
export { attributeLine, fileDescription } from './file-description';
export type { AttributeLine, FileDescription } from './file-description';
export {
  decodedFrame,
  frameCounts,
  frameDetail,
  frameFilter,
  framePage,
  framePageRequest,
  frameState,
  frameSummary,
  imageProblem,
  loop,
  loopFrame,
  sourceImage,
  stateOf,
} from './frame';
export type {
  DecodedFrame,
  FrameCounts,
  FrameDetail,
  FrameFilter,
  FrameId,
  FramePage,
  FramePageRequest,
  FrameState,
  FrameSummary,
  ImageId,
  ImageProblem,
  Loop,
  LoopFrame,
  SourceImage,
} from './frame';
export {
  frameOrder,
  frameReason,
  gain,
  headScore,
  headVersion,
  judging,
  learningCurve,
  learningSide,
  meanScore,
  round,
  roundReport,
  roundSettings,
  roundState,
  takesOver,
  verdict,
} from './learning';
export type {
  FrameOrder,
  FrameReason,
  Gain,
  HeadScore,
  HeadVersion,
  Judging,
  LearningCurve,
  LearningSide,
  MeanScore,
  Round,
  RoundReport,
  RoundSettings,
  RoundState,
  Verdict,
} from './learning';
export { frameVisit, projectStatistics, workPeriod } from './statistics';
export type { FrameVisit, HeadQuality, ProjectStatistics, WorkPeriod } from './statistics';
export { frameLease, type FrameLease } from './lease';
export {
  isTeamPlace,
  TEAM_ROLES,
  teamMember,
  teamPlaceParts,
  teamRole,
  type TeamMember,
  type TeamPlaceParts,
  type TeamRole,
} from './team';
export { batch, batchFailure, batchPlan, batchRequest, batchState, existingMasks, problemOfFailure } from './batch';
export type {
  Batch,
  BatchCounts,
  BatchFailure,
  BatchId,
  BatchItemState,
  BatchLabel,
  BatchPlan,
  BatchProblem,
  BatchRequest,
  BatchState,
  ExistingMasks,
} from './batch';
export { backup, backupName } from './backups';
export type { Backup } from './backups';
export { chainHead, FINDING_KINDS, projectCheck, projectFinding } from './project-check';
export type { ProjectCheck, ProjectFinding } from './project-check';
