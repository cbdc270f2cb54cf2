/** How an error crosses a process boundary: by code, subject and message. Not for display (i18n does that by code). */
import { AppError, isAppError, type ErrorCode } from '../errors';

export interface WireError {
  readonly code: ErrorCode;
  readonly subject: string;
  readonly message: string;
}

/** `where` names what was being done, for an error that is not an `AppError`: such a one is a defect (`internal`). */
export function toWireError(error: unknown, where: string): WireError {
  if (isAppError(error)) return { code: error.code, subject: error.subject, message: error.message };
  return { code: 'internal', subject: where, message: error instanceof Error ? error.message : String(error) };
}

export function fromWireError(error: WireError): AppError {
  return new AppError(error.code, error.subject, error.message);
}
