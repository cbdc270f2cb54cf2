/** Training: what other rooms may use. */
export { augmentWidely, type TrainingPair } from './augment';
export { batchIndices, fit, schedule, type Budget, type FitProgress } from './fit';
export { headLoss, headRate } from './head-loss';
export { initialWeight, neutralHead } from './init';
export { modelLoss } from './model-loss';
export { ADAM } from './optimizer';
export { seededRandom, shuffled, type Random } from './random';
export { Trainer, type Tensors, type TrainingState } from './trainer';
