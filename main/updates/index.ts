/** Newer versions of the program: what other rooms may use. */
export { type PackageKind, type Update } from './choice';
export { UpdateDesk, type UpdateParts } from './desk';
export { FEED_NAMES, PACKAGE_NAME, type FeedPackage } from './feed';
export { fetchPackage } from './package';
export { openPlace } from './place';
