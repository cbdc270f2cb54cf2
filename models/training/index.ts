/** Training: what other rooms may use. */
export { augment, type TrainingPair } from './augment';
export { batchIndices, fit, schedule, type Budget, type FitProgress } from './fit';
export { headLoss } from './head-loss';
export { initialWeight, neutralHead } from './init';
export { modelLoss } from './model-loss';
export { ADAM } from './optimizer';
export { seededRandom, shuffled, type Random } from './random';
export { Trainer, type Tensors, type TrainingState } from './trainer';
