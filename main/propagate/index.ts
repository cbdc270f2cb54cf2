/** Masks carried on through a loop: what other rooms may use. */
export type { PropagationParts } from './loop-masks';
export { Propagation } from './propagation';
