/** Simulated ultrasound with exact masks: what other rooms may use. */
export { phantomFrame, phantomLoop } from './frame';
export type { PhantomLabel, PhantomLoopSpec, PhantomSpec } from './frame';
export type { PhantomFrame } from './picture';
export { renderCase, sampleStudy } from './study';
export type { PhantomCase } from './study';
