/** Masks, their codecs and their geometry: what other rooms may use. */
export { squaredDepth, squaredDistanceToBackground } from './distance';
export type { Spacing } from './distance';
export {
  areaPx,
  assertSameSize,
  boundingBox,
  complement,
  cropMask,
  difference,
  emptyMask,
  intersection,
  maskAbove,
  symmetricDifference,
  union,
} from './mask';
export type { BoundingBox, Mask } from './mask';
