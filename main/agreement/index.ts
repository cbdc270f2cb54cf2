/** How far two readers of a project agree: what other rooms may use. */
export type { AgreementApi } from './agreement-api';
export { planAgreement, type AgreementPlan } from './agreement-plan';
export { compare } from './compare';
export { reportOf } from './report';
export { tablesOf, writeTables } from './tables';
