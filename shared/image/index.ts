/** Grey images and their resizing: what other rooms may use. */
export type { ColourImage } from './colour-image';
export { FILTERS, filterSamples, type Filter } from './filters';
export type { GrayImage } from './gray-image';
export { luma } from './luma';
export { mirror } from './mirror';
export { resizeBilinearAntialias } from './resize-bilinear';
export { maskOfLogits, resizeLogits } from './resize-logits';
export { resizeNearest } from './resize-nearest';
