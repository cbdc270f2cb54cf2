/** Whether a feed has something for this program: newer than it and than all that was ever seen, and a package that fits. */
import { gt, lt } from 'semver';
import { AppError } from '../../shared/errors';
import type { Feed, FeedPackage } from './feed';

/** What kind of package this program came in. */
export type PackageKind = 'exe' | 'zip' | 'deb' | 'AppImage' | 'tar.gz';

export interface Update {
  readonly version: string;
  /** Plain text. */
  readonly notes: string;
  readonly file: FeedPackage;
}

export interface Program {
  readonly version: string;
  readonly kind: PackageKind;
  /** As `process.arch`. */
  readonly arch: string;
}

const ARCHITECTURES: Readonly<Record<string, readonly string[]>> = {
  x64: ['x64', 'amd64', 'x86_64', 'universal'],
  arm64: ['arm64', 'aarch64', 'universal'],
};

/**
 * The update; null where the program is up to date.
 *
 * @param newestSeen in any feed with a right signature: whoever puts an older one back may want a hole that was mended since
 * @throws AppError `update-older`, `update-unfit`
 */
export function chooseUpdate(feed: Feed, program: Program, newestSeen: string | null): Update | null {
  const { version, releaseNotes: notes, files } = feed;
  const newest = newestSeen !== null && gt(newestSeen, program.version) ? newestSeen : program.version;
  if (lt(version, newest)) throw new AppError('update-older', version, `version ${version} after ${newest}`);
  if (!gt(version, program.version)) return null;
  const arches = ARCHITECTURES[program.arch] ?? [program.arch];
  const file = files.find(({ url }) => arches.some((arch) => url.endsWith(`-${arch}.${program.kind}`)));
  if (!file) throw new AppError('update-unfit', version, `no ${program.kind} for ${program.arch}`);
  return { version, notes, file };
}
