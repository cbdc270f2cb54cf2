/** Inference: what other rooms may use. */
export { forkProcess } from './fork-process';
export { giveWay } from './give-way';
export { EmbeddingCache } from './embedding-cache';
export type { EncodeApi } from './encode-api';
export { Encoder } from './encoder';
export { InferenceHost, type InferenceParts, type Tell } from './inference-host';
export { LabelHeads } from './label-heads';
export { Predictor, type FrameEmbedding, type Prediction } from './predictor';
export { fitsModel, nameOfVersion } from './prompt-heads';
export { changesOf, heldOf, isUntouched } from './proposal-changes';
export type { FrameHead, ProposedFrame, ProposeFrameRequest } from './propose-frame';
export { simulateClicks } from './simulated-clicks';
export { serveWorker } from './serve-worker';
export { WorkerHost, type ProcessEvents, type StartProcess, type WorkerEvent, type WorkerProcess } from './worker-host';
