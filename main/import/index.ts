/** Import: what other rooms may use. */
export type { ImportApi } from './import-api';
export { importMasks, type ImportTools } from './import-project';
export { readMasks, type ReadTools } from './read-masks';
