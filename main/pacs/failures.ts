/** What goes wrong between here and a server, as typed errors. Messages name the host alone: addresses hold patients' names. */
import { AppError } from '../../shared/errors';

/** What may be over in a moment: worth another try. */
export class PassingError extends AppError {
  constructor(
    code: 'pacs-unreachable' | 'pacs-failed',
    host: string,
    reason: string,
    /** As the server wishes; undefined where it does not say. */
    readonly waitMs?: number,
    options?: { cause?: unknown },
  ) {
    super(code, host, `${host}: ${reason}`, options);
  }
}

/** Anything a server should not have answered. */
export function badAnswer(host: string, reason: string): AppError {
  return new AppError('pacs-answer', host, `${host}: ${reason}`);
}

export function withdrawn(host: string): AppError {
  return new AppError('cancelled', host, `${host}: the request was withdrawn`);
}

const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|ERR_TLS_|ERR_SSL_|INVALID_CA|EPROTO)/;
/** The line was cut, or the server was restarted. */
const CUT: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

/** What a socket or Node's HTTP parser complained about. */
export function networkError(host: string, cause: unknown): AppError {
  const { code = '', message = String(cause) } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {};
  if (CERTIFICATE.test(code)) return new AppError('pacs-untrusted', host, `${host}: ${message}`, { cause });
  if (CUT.has(code)) return new PassingError('pacs-unreachable', host, 'the connection was cut', undefined, { cause });
  if (code.startsWith('HPE_')) return badAnswer(host, `no HTTP: ${message}`);
  return new AppError('pacs-unreachable', host, `${host}: ${message || code}`, { cause });
}

const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** A status that is no success. */
export function statusError(host: string, status: number, retryAfter: string | undefined): AppError {
  if (status === 401 || status === 403) {
    return new AppError('pacs-login', host, `${host}: the login was refused (HTTP ${status})`);
  }
  if (!PASSING.has(status)) return new AppError('pacs-failed', host, `${host}: HTTP ${status}`);
  const seconds = Number(retryAfter);
  return new PassingError('pacs-failed', host, `HTTP ${status}`, seconds > 0 ? 1_000 * seconds : undefined);
}
