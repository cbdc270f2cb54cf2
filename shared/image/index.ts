/** Grey images and their resizing: what other rooms may use. */
export type { GrayImage } from './gray-image';
export { mirror } from './mirror';
export { resizeBilinearAntialias } from './resize-bilinear';
export { maskOfLogits, resizeLogits } from './resize-logits';
export { resizeNearest } from './resize-nearest';
