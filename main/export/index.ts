/** Export: what other rooms may use. */
export { writeAtomically, writeError, type Write } from './atomic-file';
export { cocoInstance, writeCoco, type CocoImage, type CocoInstance, type CocoOptions } from './coco';
export { exportProject, type ExportTools } from './export-project';
export { encodeMaskPng, writeMaskPng } from './mask-png';
