/**
 * The one error type that crosses rooms, processes and the command line. Text shown to users comes from i18n by `code`;
 * `message` is for logs and the terminal.
 */

export const ERROR_CODES = [
  'file-not-found',
  'source-missing',
  'file-unreadable',
  'file-empty',
  'format-unknown',
  'format-corrupt',
  'too-large',
  'checkpoint-unsafe',
  'checkpoint-corrupt',
  'checkpoint-mismatch',
  'model-invalid',
  'label-unknown',
  'prompt-invalid',
  'graph-invalid',
  'provider-failed',
  'worker-died',
  'project-locked',
  'project-newer',
  'project-older',
  'project-corrupt',
  'project-unknown',
  'not-a-member',
  'revision-conflict',
  'frame-changed',
  'size-changed',
  'reading-blind',
  'server-unreachable',
  'login-refused',
  'certificate-refused',
  'not-permitted',
  'frame-leased',
  'pacs-unreachable',
  'pacs-untrusted',
  'pacs-plaintext',
  'pacs-login',
  'pacs-answer',
  'pacs-failed',
  'update-place',
  'update-unreachable',
  'update-unsigned',
  'update-forged',
  'update-malformed',
  'update-older',
  'update-unfit',
  'update-damaged',
  'update-busy',
  'update-refused',
  'disk-full',
  'write-failed',
  'usage',
  'cancelled',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Says what happened (`code`), to what (`subject`: a file path or an object's name) and why (`message`, `cause`). */
export class AppError extends Error {
  override readonly name = 'AppError';

  constructor(
    readonly code: ErrorCode,
    readonly subject: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** True for any `AppError`, also one revived from another process by `code` and `subject`. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === 'AppError' && 'code' in error && 'subject' in error;
}

/** Somebody else works on the frame, or has worked on it meanwhile: what was to be saved there is not, the rest may be. */
export function isTaken(error: unknown): error is AppError {
  return isAppError(error) && (error.code === 'frame-leased' || error.code === 'revision-conflict');
}
