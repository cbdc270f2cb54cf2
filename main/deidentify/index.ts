/** De-identification of DICOM files by the basic profile of PS3.15: what other rooms may use. */
export type { Keep, Rectangle } from './blank';
export { blankPixels } from './blank-pixels';
export type { BurntIn } from './burnt-in';
export { textOutside } from './burnt-in';
export { deidentify, type Deidentified } from './deidentify';
export { deidentifyFile, deidentifyFiles, type DeidentifiedFile, type DeidentifyResult } from './deidentify-files';
export { Identities, keyAt, randomKey } from './identities';
export { projectKey, pseudonymous } from './pseudonyms';
