/** Export: what other rooms may use. */
export { cocoInstance, writeCoco, type CocoImage, type CocoInstance, type CocoOptions } from './coco';
export type { ExportApi } from './export-api';
export { ExportJob } from './export-job';
export { exportPictures, planExport, type ExportPlan } from './export-plan';
export { exportProject, type ExportTools } from './export-project';
export { exportNames, flatNames, labelFolders } from './export-names';
export { maskedImages, type MaskedImage } from './formats/dicom-seg';
export { encodeSegmentation } from './segmentation';
export { encodeMaskPng, writeMaskPng } from './mask-png';
export { writeExport, type WriteTools } from './write-export';
