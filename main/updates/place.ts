/**
 * Where updates lie: a folder (a network share, for one) or an address. It answers files by their names and knows nothing of
 * what is in them.
 */
import { createReadStream } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';

/** How an address is asked: Electron's own, which trusts what the system trusts, or Node's. */
export type Fetch = (url: string, options: RequestInit) => Promise<Response>;

export interface Place {
  /**
   * A file's bytes, from its beginning.
   *
   * @param name without a folder
   * @throws AppError `file-not-found`, `update-unreachable`, `cancelled`
   */
  chunks(name: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
}

/** Without a byte for so long it is not there: shares that are gone answer never. */
const SILENCE_MS = 30_000;

/**
 * Nothing is asked yet.
 *
 * @param text an absolute path, an `https:` address, or an `http:` address of this computer
 * @throws AppError `update-place` for anything else
 */
export function openPlace(text: string, fetch: Fetch, silenceMs = SILENCE_MS): Place {
  const url = addressOf(text);
  if (!url && !isAbsolute(text)) throw new AppError('update-place', text, `${text}: neither an address nor a folder`);
  return {
    chunks: (name, signal) => {
      const where = url ? new URL(name, url).href : join(text, name);
      const open = (until: AbortSignal) => (url ? fetched(where, fetch, until) : read(where));
      return watched(where, open, signal, silenceMs);
    },
  };
}

/** Of the folder at an address; undefined where it is none. */
function addressOf(text: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(text)) return undefined;
  const refused = (why: string): AppError => new AppError('update-place', text, `${text}: ${why}`);
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused('no address');
  }
  const isHere = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isHere))
    throw refused('neither https nor this computer');
  if (url.username || url.password || url.search || url.hash) throw refused('more than the address of a folder');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

async function* fetched(url: string, fetch: Fetch, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const answer = await fetch(url, {
    ...{ signal, redirect: 'error', credentials: 'omit', cache: 'no-store' },
    // Whoever serves updates learns no more than that somebody asked.
    headers: { 'user-agent': 'SonoMask', 'accept-language': '*' },
  });
  if (answer.status === 404) throw new AppError('file-not-found', url, `${url} is not there`);
  if (!answer.ok || !answer.body) throw new AppError('update-unreachable', url, `${url}: status ${answer.status}`);
  const reader = answer.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

async function* read(path: string): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) yield chunk as Buffer;
}

/** Ends when it is withdrawn or falls silent, whether or not what is asked notices: a share that hangs does not. */
async function* watched(
  where: string,
  open: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
  silenceMs: number,
): AsyncGenerator<Uint8Array> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  const given = new Promise<never>((_, reject) => {
    const end = (): void => reject(new Error('no answer in time'));
    controller.signal.addEventListener('abort', end, { once: true });
  });
  given.catch(() => undefined);
  const timer = setTimeout(stop, silenceMs);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  const source = open(controller.signal);
  try {
    for (;;) {
      const { done, value } = await Promise.race([source.next(), given]);
      timer.refresh();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw failure(where, cause, signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    controller.abort();
    void source.return(undefined).catch(() => undefined);
  }
}

function failure(where: string, cause: unknown, signal: AbortSignal): AppError {
  if (signal.aborted) return new AppError('cancelled', where, `${where}: withdrawn`);
  if (isAppError(cause)) return cause;
  const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new AppError(isMissing ? 'file-not-found' : 'update-unreachable', where, `${where}: ${String(cause)}`, {
    cause,
  });
}
