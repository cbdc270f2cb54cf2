/** Masks followed through a loop: what other rooms may use. */
export { trackMask, type Tracked } from './speckle-tracking';
