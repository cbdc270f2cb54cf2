/** Graphs and their execution: what other rooms may use. */
export { foldConstants } from './fold';
export { createSession, type Session, type SessionOptions, type TensorData } from './session';
export type { WeightLookup } from './onnx';
export { parametersOf } from './value';
