/** DICOM as bytes: files taken apart without loss and put together. What other rooms may use. Not pictures (`main/study`). */
export { attributeNames } from './attribute-names';
export { actionOf, standardVr, tagText, type Action, type Tag } from './attributes';
export { PIXEL_DATA, type Element, type Encoding, type Item } from './data-set';
export { EXPLICIT, forFile, isDicom, part10Head, readPart10, STANDARD_UID_ROOT, type Part10 } from './part10';
export { newUid, uidOfDigest } from './uid';
export { dataSetBytes, type DataSet } from './write-data-set';
export { elementBytes, itemBytes, sequenceBytes, textElement, totalBytes } from './write-element';
