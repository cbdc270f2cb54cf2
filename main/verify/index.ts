/** Checks of a project: what other rooms may use. */
export { checkProject } from './check-project';
export type { VerifyApi } from './verify-api';
