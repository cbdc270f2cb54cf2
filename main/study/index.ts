/** Study readers: what other rooms may use. */
export { frameHash } from './frame-hash';
export type { ImageFormat } from './format';
export { MAX_FRAME_PIXELS } from './limits';
export { baseName, compareNaturally, isInside, listImages, type ListedImage, type Listing } from './list-images';
export { readImage, type DecodedImage, type ImageMetadata } from './read-image';
