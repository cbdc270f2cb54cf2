/** Masks, their codecs and their geometry: what other rooms may use. */
export { packMask, unpackMask } from './bits';
export { brushPiece, brushStroke, type BrushPlace } from './brush';
export { connectedComponents, fillHoles } from './components';
export type { Components, Connectivity } from './components';
export { traceOutlines, traceRings } from './contour';
export type { Outline, Ring } from './contour';
export { componentPolygons, wholePolygon } from './keyhole';
export type { WholePolygon } from './keyhole';
export { squaredDepth, squaredDistanceToBackground } from './distance';
export type { Spacing } from './distance';
export {
  areaPx,
  assertSameSize,
  boundingBox,
  complement,
  cropMask,
  cropped,
  difference,
  emptyMask,
  intersection,
  maskAbove,
  stamp,
  symmetricDifference,
  union,
} from './mask';
export type { BoundingBox, Crop, Mask } from './mask';
export { interpolatedMask } from './interpolate';
export { grown, mirrored, partsOf, shrunk, smoothed } from './morphology';
export { fillOutline, rasterizePolygon } from './polygon';
export { roomAround } from './room';
export type { Room } from './room';
export {
  cocoRle,
  compressCounts,
  cropOfRuns,
  decompressCounts,
  isSetInRuns,
  maskFromCocoRle,
  maskFromRunLengths,
  runLengths,
} from './rle';
export type { AnyCocoRle, CocoRle } from './rle';
export { wholeMask } from './whole';
