/**
 * HTTP to one DICOMweb service: login, verified TLS, limits of time and size, redirects, other tries. It knows nothing of
 * DICOM.
 */
import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { AppError } from '../../shared/errors';
import { authorizationOf, parsedUrl, serviceUrl, type DicomWebServer } from './dicom-web-server';
import { badAnswer, networkError, PassingError, statusError, withdrawn } from './failures';

export interface Limits {
  /** Until the connection is open. */
  readonly connectMs: number;
  /** Of silence. */
  readonly silenceMs: number;
  /** An answer under way brings `windowBytes` in each of these, or its end: one that drips is no answer. */
  readonly windowMs: number;
  readonly windowBytes: number;
  /** Of requests that may succeed later. */
  readonly tries: number;
  /** Before the second try; doubled before each other. */
  readonly pauseMs: number;
}

export const LIMITS: Limits = {
  ...{ connectMs: 10_000, silenceMs: 60_000, windowMs: 30_000, windowBytes: 1_024 },
  ...{ tries: 4, pauseMs: 500 },
};

const MAX_REDIRECTS = 3;
/** However long a server asks to wait. */
const MAX_PAUSE_MS = 30_000;
const MAX_SOCKETS = 4;

export interface Request {
  readonly accept: string;
  readonly signal: AbortSignal;
  /** That there is no such thing (404) is an answer too. */
  readonly mayBeMissing?: boolean;
  /** Makes it a POST. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
}

export interface Answer {
  readonly status: number;
  /** With its parameters: of these a boundary tells upper from lower case. */
  readonly contentType: string;
  /** To be read once. @throws AppError `pacs-answer` beyond `maxBytes`, `pacs-unreachable`, `cancelled` */
  chunks(maxBytes: number): AsyncGenerator<Uint8Array>;
}

interface Sent {
  readonly answer: IncomingMessage;
  /** Why the request was given up here; the answer itself only tells that it was cut. */
  readonly fault: () => AppError | undefined;
}

export class Connection {
  private constructor(
    private readonly base: URL,
    private readonly authorization: string | undefined,
    private readonly agent: HttpAgent | HttpsAgent,
    private readonly limits: Limits,
  ) {}

  /** Nothing is sent yet. @throws AppError `usage`, `pacs-plaintext`, `file-unreadable` for the file of certificates */
  static async open(server: DicomWebServer, limits: Limits = LIMITS): Promise<Connection> {
    const base = serviceUrl(server);
    const options = { keepAlive: true, maxSockets: MAX_SOCKETS };
    const agent =
      base.protocol === 'https:'
        ? new HttpsAgent({ ...options, ...(await trusted(server.caFile)), rejectUnauthorized: true })
        : new HttpAgent(options);
    return new Connection(base, authorizationOf(server.credentials), agent, limits);
  }

  /** For errors and progress. */
  get host(): string {
    return this.base.host;
  }

  close(): void {
    this.agent.destroy();
  }

  /**
   * Sends a request and reads its answer with `read`, again where that may help.
   *
   * @param path below the service, with its query
   * @throws AppError `pacs-unreachable`, `pacs-untrusted`, `pacs-login`, `pacs-answer`, `pacs-failed`, `cancelled`
   */
  async ask<T>(path: string, request: Request, read: (answer: Answer) => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
      try {
        return await read(await this.#followed(new URL(path, this.base), request));
      } catch (error) {
        if (request.signal.aborted) throw withdrawn(this.host);
        if (!(error instanceof PassingError) || tried >= this.limits.tries) throw error;
        const wait = Math.min(error.waitMs ?? this.limits.pauseMs * 2 ** (tried - 1), MAX_PAUSE_MS);
        await pause(wait, undefined, { signal: request.signal }).catch(() => undefined);
      }
    }
  }

  /** Redirects within the server only: to another one would go the login, or what a patient is called. */
  async #followed(url: URL, request: Request): Promise<Answer> {
    for (let redirects = 0; ; redirects++) {
      const { answer, fault } = await this.#send(url, request);
      const status = answer.statusCode ?? 0;
      const { location, 'content-type': contentType = '', 'content-encoding': coding = 'identity' } = answer.headers;
      if (status >= 300 && status < 400) {
        answer.destroy();
        url = this.#redirected(url, location, request, redirects);
        continue;
      }
      // Of requests to store, a conflict is an answer: it tells what was not stored.
      const isAnswer = status < 400 || (status === 404 && request.mayBeMissing) || (status === 409 && request.body);
      if (!isAnswer) {
        answer.destroy();
        throw statusError(this.host, status, answer.headers['retry-after']);
      }
      if (coding !== 'identity') {
        answer.destroy();
        throw badAnswer(this.host, `an answer coded as ${coding}, which was not asked for`);
      }
      const chunks = (maxBytes: number): AsyncGenerator<Uint8Array> =>
        this.#chunks(answer, fault, maxBytes, request.signal);
      return { status, contentType, chunks };
    }
  }

  #redirected(from: URL, location: string | undefined, { body }: Request, redirects: number): URL {
    const to = location === undefined ? undefined : parsedUrl(location, from);
    const isSame = to?.origin === this.base.origin && to.username === '' && to.password === '';
    if (to && isSame && !body && redirects < MAX_REDIRECTS) return to;
    const where = to && !isSame ? ` to ${to.origin}` : '';
    const reason = `a redirect${where} that is not followed: give the address of the service itself`;
    throw new AppError('pacs-failed', this.host, `${this.host}: ${reason}`);
  }

  #send(url: URL, { accept, body, signal }: Request): Promise<Sent> {
    const { host, agent, authorization, limits } = this;
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    const headers = {
      Accept: accept,
      ...(authorization !== undefined && { Authorization: authorization }),
      ...(body && { 'Content-Type': body.type, 'Content-Length': body.bytes.length }),
    };
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(withdrawn(host));
      const sent = start(url, { method: body ? 'POST' : 'GET', agent, headers, signal });
      let fault: AppError | undefined;
      const late = (reason: string) => (): void => {
        fault = new AppError('pacs-unreachable', host, `${host}: ${reason}`);
        sent.destroy(fault);
      };
      const connecting = setTimeout(late('no connection in time'), limits.connectMs);
      sent.setTimeout(limits.silenceMs, late('no answer in time'));
      sent.on('socket', (socket) => {
        const opened = (): void => clearTimeout(connecting);
        if (!socket.connecting) return opened();
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', opened);
      });
      sent.on('response', (answer) => resolve({ answer, fault: () => fault }));
      sent.on('error', (cause) => reject(cause instanceof AppError ? cause : networkError(host, cause)));
      sent.on('close', () => clearTimeout(connecting));
      sent.end(body?.bytes);
    });
  }

  async *#chunks(
    answer: IncomingMessage,
    fault: Sent['fault'],
    maxBytes: number,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const { host, limits } = this;
    let [bytes, before] = [0, 0];
    const watch = setInterval(() => {
      if (bytes - before < limits.windowBytes) {
        answer.destroy(new AppError('pacs-unreachable', host, `${host}: the answer comes too slowly`));
      }
      before = bytes;
    }, limits.windowMs);
    try {
      for await (const chunk of answer) {
        bytes += (chunk as Buffer).length;
        if (bytes > maxBytes) throw badAnswer(host, `an answer of more than ${maxBytes} bytes`);
        yield chunk as Buffer;
      }
    } catch (cause) {
      if (signal.aborted) throw withdrawn(host);
      throw fault() ?? (cause instanceof AppError ? cause : networkError(host, cause));
    } finally {
      clearInterval(watch);
      answer.destroy();
    }
  }
}

async function trusted(caFile: string | undefined): Promise<{ ca?: string[] }> {
  if (caFile === undefined) return {};
  const text = await readFile(caFile, 'utf8').catch((cause: unknown) => {
    throw new AppError('file-unreadable', caFile, `${caFile}: ${String(cause)}`, { cause });
  });
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new AppError('format-unknown', caFile, `${caFile}: no certificate in PEM form`);
  }
  return { ca: [...rootCertificates, text] };
}
