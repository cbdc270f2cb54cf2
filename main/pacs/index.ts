/** DICOMweb: studies from an archive, masks back to it. What other rooms may use. */
export { Connection, LIMITS, type Limits } from './connection';
export { serviceUrl, type Credentials, type DicomWebServer } from './dicom-web-server';
export { fetchStudies, type FetchProgress, type FetchRequest } from './fetch-studies';
export type { PacsApi, PacsReport } from './pacs-api';
export { findStudies } from './query';
export { planSending, recordStored, sendMasks, type SendPlan, type StoredMasks } from './send-masks';
