/** The project store: what other rooms may use. */
export { ProjectStore } from './project-store';
export type { AuditEntry, AuditLine, Json } from './books';
export type { HashVerdict } from './frames';
export type { AddedImages, KnownImage } from './images';
