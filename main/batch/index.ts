/** Batches: what other rooms may use. */
export { BatchDesk, type BatchParts } from './batch-desk';
export { openLanes, usualLanes, type LaneParts, type Lanes } from './lanes';
export { planOf, type BatchModel } from './plan';
export { submitBatch, workStretch, type QueueWorker } from './queue';
export { runFrames, STOPPING, type BatchStore, type BatchWork, type FrameEnd } from './run-frames';
