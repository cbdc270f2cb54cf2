/** Study readers, and the pixels of a project's frames: what other rooms may use. */
export { frameHash } from './frame-hash';
export type { ImageFormat } from './format';
export { checkDecodedSize, MAX_FRAME_PIXELS } from './limits';
export { inflatedBytes } from './readers/inflate';
export {
  baseName,
  compareNaturally,
  extensionOf,
  isInside,
  listImages,
  type ListedImage,
  type Listing,
} from './list-images';
export { readImage, type DecodedImage } from './read-image';
export { niftiGeometry, readNiftiHeader, type NiftiGeometry } from './readers/nifti';
export { itemsOf } from './readers/dicom/attributes';
export { textOf } from './readers/dicom/text';
export { openDicomPixels, openImage, readDicomHeader } from './readers/open-image';
export type { ImageMetadata, OpenImage } from './readers/reader';
export { toVoxels } from './readers/voxels';
export { addStudy, type AddOptions } from './add-study';
export { firstPresent, projectAt, projectFor, type ProjectPlace } from './project-place';
export { FrameSource, summaryOf } from './frame-source';
export type { IndexedPiece } from './index-study';
export { SAMPLE_LABELS, sampleCases, type SampleCase } from './sample-study';
export type { StudyApi } from './study-api';
