/** What the system says of a path that cannot be looked at, as an error of ours. */
import { AppError } from '../../shared/errors';

/** `file-not-found`, or `file-unreadable` for any other reason. */
export function pathError(path: string, cause: unknown): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new AppError(isMissing ? 'file-not-found' : 'file-unreadable', path, `${path}: ${reason}`, { cause });
}
