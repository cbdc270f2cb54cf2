/** The project store: what other rooms may use. */
export { ProjectStore, type ReadingStore } from './project-store';
export type { Decide, FrameDone, WaitingFrame } from './batches';
export { moveProject, type Moved } from './move';
export type { AuditEntry, AuditLine, Json } from './books';
export type { HashVerdict } from './frames';
export type { AddedImages, KnownImage } from './images';
export { headVersionOf, type NewHead, type StoredHead } from './heads';
export type { Lesson, LessonCount } from './lessons';
export type { RoundEnd, Sides } from './rounds';
export type { FrameLook, FrameScore, HeadInUse, Newer, ProposalOf, ProposalScore } from './scores';
export type { Outline } from './outlines';
export { addMember, members, removeMember, type Member } from './server/team';
export { isServerPlace } from './server/place';
export { RENEWAL_SECONDS, type Leases } from './server/leases';
export { Jobs, prepareJobs, type DeadJob, type JobCounts, type Stretch } from './server/jobs';
