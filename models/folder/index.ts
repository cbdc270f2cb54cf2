/** Models on disk: what other rooms may use. */
export { labelSchema, type HeadEntry, type Manifest } from './manifest';
export { readHeadFile, withHead, type HeadTensors } from './read-head';
export { headFilePath, readManifest, readModel, type Model } from './read-model';
export { writeModel, writeModelWithHead, type NewHead, type NewModel } from './write-model';
