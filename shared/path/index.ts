/** Lines on an image: what is drawn by hand, and what follows the image's edges. What other rooms may use. */
export { pathLength, placesAlong, type Place } from './along';
export { LiveWire } from './live-wire';
export {
  deviationPx,
  simplified,
  vertexAt,
  withoutVertex,
  withVertexAfter,
  withVertexAt,
  type VertexRing,
} from './vertex-ring';
