/** Masks carried on through a loop: what other rooms may use. */
export { Propagation, type PropagationParts } from './propagation';
