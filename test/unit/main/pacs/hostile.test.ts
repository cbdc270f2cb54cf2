/** Servers that are broken, slow or evil: each costs a typed error in bounded time and memory, and leaves no half file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { Connection, fetchStudies, findStudies, LIMITS, type DicomWebServer, type Limits } from '../../../../main/pacs';
import type { PacsFetched } from '../../../../shared/ipc';
import { examination } from '../../../support/archived-study';
import { hasOpenssl, makeCertificates } from '../../../support/certificates';
import { temporaryFolder } from '../../../support/study-folder';

type Answering = (request: IncomingMessage, response: ServerResponse) => void;

const folder = temporaryFolder();
const QUICK: Limits = { ...LIMITS, tries: 3, pauseMs: 1 };
const NONE = { kind: 'none' } as const;
const { signal } = new AbortController();
const [still] = examination(1);
const { study, series, instance, file } = still!;

const running: Server[] = [];
afterEach(() => {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: Answering, tls?: { key: Buffer; cert: Buffer }): Promise<string> {
  const server = tls ? createSecureServer(tls, answer) : createServer(answer);
  running.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/dicom-web`;
}

async function connected<T>(
  server: Partial<DicomWebServer> & { url: string },
  use: (connection: Connection) => Promise<T>,
  limits = QUICK,
): Promise<T> {
  const connection = await Connection.open({ credentials: NONE, ...server }, limits);
  try {
    return await use(connection);
  } finally {
    connection.close();
  }
}

const find = (server: Partial<DicomWebServer> & { url: string }, limits = QUICK) =>
  connected(server, (connection) => findStudies(connection, {}, { limit: 10, signal }), limits);

const json = (response: ServerResponse, value: unknown): void =>
  void response.setHeader('Content-Type', 'application/dicom+json').end(JSON.stringify(value));
const uid = (tag: string, value: string) => ({ [tag]: { vr: 'UI', Value: [value] } });

/** An archive of one image, whose instance is answered by the test. */
function archive(ofInstance: Answering, named = instance): Answering {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    if (pathname.endsWith(`/instances/${named}`)) return ofInstance(request, response);
    const isFirst = searchParams.get('offset') === '0';
    if (pathname.endsWith('/series')) json(response, isFirst ? [uid('0020000E', series)] : []);
    else if (pathname.endsWith('/instances')) json(response, isFirst ? [uid('00080018', named)] : []);
    else response.writeHead(404).end();
  };
}

async function fetched(answer: Answering, out: string, limits = QUICK): Promise<PacsFetched> {
  const url = await serve(answer);
  const tools = { signal, onProgress: () => undefined };
  return connected({ url }, (connection) => fetchStudies(connection, { folder: out, studies: [study] }, tools), limits);
}

const multipart = (content: Buffer, type = 'application/dicom'): Buffer =>
  Buffer.concat([Buffer.from(`--aB\r\nContent-Type: ${type}\r\n\r\n`), content, Buffer.from('\r\n--aB--\r\n')]);
const MULTIPART = { 'Content-Type': 'multipart/related; type="application/dicom"; boundary=aB' };
const filesIn = (place: string): string[] =>
  existsSync(place)
    ? (readdirSync(place, { recursive: true }) as string[]).filter((name) => /\.(dcm|tmp)$/.test(name))
    : [];

let number = 0;
const fresh = (): string => join(folder, `out-${number++}`);

describe('an instance that comes wrong costs itself alone and leaves no file', () => {
  const other = examination(2)[0]!.file;
  it.each<[string, Answering]>([
    ['as a web page', (_, response) => response.setHeader('Content-Type', 'text/html').end('<html>')],
    [
      'as multipart without a boundary',
      (_, response) => response.setHeader('Content-Type', 'multipart/related').end('x'),
    ],
    [
      'as a part of another type',
      (_, response) => response.writeHead(200, MULTIPART).end(multipart(file, 'text/plain')),
    ],
    ['with no part', (_, response) => response.writeHead(200, MULTIPART).end('--aB--\r\n')],
    [
      'with two parts',
      (_, response) =>
        response
          .writeHead(200, MULTIPART)
          .end(Buffer.concat([multipart(file).subarray(0, -4), Buffer.from('\r\n'), multipart(file)])),
    ],
    [
      'with a head that has no end',
      (_, response) => response.writeHead(200, MULTIPART).end(`--aB\r\n${'X: y\r\n'.repeat(20_000)}`),
    ],
    ['as another patient’s image', (_, response) => response.writeHead(200, MULTIPART).end(multipart(other))],
    ['as no DICOM', (_, response) => response.writeHead(200, MULTIPART).end(multipart(Buffer.from('GIF89a')))],
    [
      'compressed by gzip, unasked',
      (_, response) => response.writeHead(200, { ...MULTIPART, 'Content-Encoding': 'gzip' }).end(multipart(file)),
    ],
    ['as an error', (_, response) => response.writeHead(500).end()],
  ])('%s', async (_, answer) => {
    const out = fresh();
    const { failed, fetched: whole } = await fetched(archive(answer), out);
    expect(whole).toBe(0);
    expect(failed).toHaveLength(1);
    expect(['pacs-answer', 'pacs-failed']).toContain(failed[0]!.code);
    expect(filesIn(out)).toEqual([]);
  });
});

it('an instance whose UID is a path is refused before anything is written', async () => {
  const evil = '../../../../tmp/evil';
  const out = fresh();
  await expect(
    fetched(
      archive(() => undefined, evil),
      out,
    ),
  ).rejects.toMatchObject({ code: 'pacs-answer' });
  expect(existsSync(out)).toBe(false);
});

it('an answer that is cut is asked for again, and the file is whole', async () => {
  const out = fresh();
  let asked = 0;
  const whole = multipart(file);
  const answer = archive((_, response) => {
    asked++;
    response.writeHead(200, { ...MULTIPART, 'Content-Length': whole.length });
    if (asked > 2) response.end(whole);
    else response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
  });
  expect(await fetched(answer, out)).toMatchObject({ fetched: 1, failed: [] });
  expect(asked).toBe(3);
  expect(readFileSync(join(out, study, series, `${instance}.dcm`)).equals(file)).toBe(true);
});

it('a fetch that the server does not survive is resumed later without what is there', async () => {
  const out = fresh();
  const both = examination(1).slice(0, 2);
  const asked: string[] = [];
  let healthy = false;
  const answer: Answering = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const name = pathname.split('/').at(-1) ?? '';
    const found = both.find((each) => each.instance === name);
    if (found) {
      asked.push(name);
      if (found === both[0] || healthy) response.writeHead(200, MULTIPART).end(multipart(found.file));
      else void pause(50).then(() => response.destroy());
    } else if (searchParams.get('offset') !== '0') json(response, []);
    else if (name === 'series') json(response, [uid('0020000E', series)]);
    else
      json(
        response,
        both.map((each) => uid('00080018', each.instance)),
      );
  };
  await expect(fetched(answer, out)).rejects.toMatchObject({ code: 'pacs-unreachable' });
  expect(filesIn(out)).toEqual([join(study, series, `${both[0]!.instance}.dcm`)]);
  healthy = true;
  asked.length = 0;
  expect(await fetched(answer, out)).toMatchObject({ fetched: 1, kept: 1 });
  expect(asked).toEqual([both[1]!.instance]);
});

it('a disguised part boundary inside the image is no end, however the answer is cut into pieces', async () => {
  for (const size of [1, 3, 7, 1_000]) {
    const out = fresh();
    const tricky = Buffer.from(file);
    tricky.write('\r\n--\r\n-', tricky.length - 4_000, 'latin1');
    const whole = multipart(tricky);
    const part = size < 10 ? whole.length - 300 : 0;
    const answer = archive((_, response) => {
      response.writeHead(200, MULTIPART);
      response.write(whole.subarray(0, part));
      for (let at = part; at < whole.length; at += size) response.write(whole.subarray(at, at + size));
      response.end();
    });
    expect(await fetched(answer, out)).toMatchObject({ fetched: 1 });
    expect(readFileSync(join(out, study, series, `${instance}.dcm`)).equals(tricky)).toBe(true);
  }
});

describe('a list', () => {
  it('that begins again where its next page was asked for is refused: the rest would be missing without a word', async () => {
    const page = Array.from({ length: 300 }, (_, i) => uid('00080018', `1.2.3.${i}`));
    const url = await serve((request, response) => {
      const limit = Number(new URL(request.url ?? '', 'http://x').searchParams.get('limit'));
      json(response, request.url?.includes('/instances') ? page.slice(0, limit) : [uid('0020000E', series)]);
    });
    const tools = { signal, onProgress: () => undefined };
    await connected({ url }, (connection) =>
      expect(fetchStudies(connection, { folder: fresh(), studies: [study] }, tools)).rejects.toMatchObject({
        code: 'pacs-answer',
        message: expect.stringContaining('200 entries again') as string,
      }),
    );
  });

  it.each<[string, Answering]>([
    [
      'of megabytes without an end',
      (_, response) => {
        response.setHeader('Content-Type', 'application/json');
        const more = (): void => {
          while (!response.destroyed && response.write(' '.repeat(2 ** 20)));
          response.once('drain', more);
        };
        more();
      },
    ],
    ['that is no JSON', (_, response) => response.setHeader('Content-Type', 'application/json').end('[{')],
    ['that is a web page', (_, response) => response.setHeader('Content-Type', 'text/html').end('<html>')],
    ['of something else', (_, response) => json(response, ['a'])],
    ['of studies without a UID', (_, response) => json(response, [uid('0020000D', 'x')])],
    ['of a study whose UID is a path', (_, response) => json(response, [uid('0020000D', '1.2/../..')])],
    ['in no HTTP', (request) => void request.socket.end('SSH-2.0-OpenSSH\r\n')],
  ])('%s is refused', async (_, answer) => {
    await expect(find({ url: await serve(answer) })).rejects.toMatchObject({ code: 'pacs-answer' });
  });

  it('that never comes to an end ends', async () => {
    let n = 0;
    const answer: Answering = (_, response) =>
      json(
        response,
        Array.from({ length: 200 }, () => uid('0020000D', `1.2.${n++}`)),
      );
    const url = await serve(answer);
    expect((await find({ url })).more).toBe(true);
  });

  it('of a server that knows no pages is read once', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      json(response, [uid('0020000D', '1.2.3')]);
    });
    expect(await find({ url })).toMatchObject({ studies: [{ uid: '1.2.3' }], more: false });
    expect(asked).toBe(2);
  });
});

describe('time', () => {
  it('of silence is limited', async () => {
    const url = await serve(() => undefined);
    await expect(find({ url }, { ...QUICK, silenceMs: 50 })).rejects.toMatchObject({ code: 'pacs-unreachable' });
  });

  it('of an answer that drips is limited', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', 'application/json');
      const drip = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(drip));
    });
    const limits = { ...QUICK, windowMs: 300 };
    await expect(find({ url }, limits)).rejects.toMatchObject({ code: 'pacs-unreachable' });
  });

  it('ends when the user has had enough, in the middle of an answer', async () => {
    const controller = new AbortController();
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', 'application/json').write('[');
      controller.abort();
    });
    const asked = connected({ url }, (connection) =>
      findStudies(connection, {}, { limit: 1, signal: controller.signal }),
    );
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });
});

describe('a server that is busy', () => {
  it.each([429, 502, 503, 504])('(%i) is asked again', async (status) => {
    let asked = 0;
    const url = await serve((_, response) => (++asked < 3 ? response.writeHead(status).end() : json(response, [])));
    expect((await find({ url })).studies).toEqual([]);
    expect(asked).toBe(3);
  });

  it('for good is given up', async () => {
    let asked = 0;
    const url = await serve((_, response) => {
      asked++;
      response.writeHead(503).end();
    });
    await expect(find({ url })).rejects.toMatchObject({ code: 'pacs-failed' });
    expect(asked).toBe(3);
  });
});

describe('the login', () => {
  const credentials = { kind: 'bearer', token: 'secret' } as const;
  const seen = (asked: IncomingMessage[]): unknown[] => asked.map(({ headers }) => headers.authorization);

  it('is not taken to another server by a redirect', async () => {
    const caught: IncomingMessage[] = [];
    const thief = await serve((request, response) => {
      caught.push(request);
      json(response, []);
    });
    const url = await serve((_, response) => response.writeHead(302, { Location: thief }).end());
    for (const login of [credentials, NONE]) {
      await expect(find({ url, credentials: login })).rejects.toMatchObject({ code: 'pacs-failed' });
    }
    expect(caught).toEqual([]);
  });

  it('goes along within the server, and not for ever', async () => {
    const asked: IncomingMessage[] = [];
    const url = await serve((request, response) => {
      asked.push(request);
      if (request.url?.startsWith('/new')) json(response, []);
      else response.writeHead(307, { Location: '/new/studies' }).end();
    });
    await find({ url, credentials });
    expect(seen(asked)).toEqual(['Bearer secret', 'Bearer secret']);
    const circle = await serve((request, response) => response.writeHead(302, { Location: request.url }).end());
    await expect(find({ url: circle, credentials })).rejects.toMatchObject({ code: 'pacs-failed' });
  });

  it.each([401, 403])('that is refused (%i) is told apart', async (status) => {
    const url = await serve((_, response) => response.writeHead(status).end());
    await expect(find({ url, credentials })).rejects.toMatchObject({ code: 'pacs-login' });
  });

  it('and patients do not go unencrypted to another computer unless that is said', async () => {
    const open = (url: string, allowPlaintext = false) => Connection.open({ url, credentials, allowPlaintext });
    for (const url of ['http://pacs.example.org/', 'http://192.168.1.2/', 'http://127.0.0.1.evil.org/']) {
      await expect(open(url)).rejects.toMatchObject({ code: 'pacs-plaintext' });
    }
    for (const url of ['ftp://127.0.0.1/', 'pacs', 'https://user:password@127.0.0.1/']) {
      await expect(open(url)).rejects.toMatchObject({ code: 'usage' });
    }
    for (const url of ['http://localhost:1/', 'http://[::1]:1/']) (await open(url)).close();
    (await open('http://pacs.example.org/', true)).close();
  });

  it('with characters that would add headers is refused', async () => {
    const split = { kind: 'bearer', token: 'a\r\nX: y' } as const;
    await expect(Connection.open({ url: 'https://x/', credentials: split })).rejects.toMatchObject({ code: 'usage' });
  });
});

const title = `TLS${hasOpenssl ? '' : ' (skipped: no openssl)'}`;
describe.skipIf(!hasOpenssl)(title, () => {
  const answer: Answering = (_, response) => json(response, []);

  it('is trusted by the given authority, and by no other', async () => {
    const [own, foreign] = [makeCertificates(folder, 'own'), makeCertificates(folder, 'foreign')];
    const url = await serve(answer, own);
    expect((await find({ url, caFile: own.ca })).studies).toEqual([]);
    await expect(find({ url, caFile: foreign.ca })).rejects.toMatchObject({ code: 'pacs-untrusted' });
    await expect(find({ url })).rejects.toMatchObject({ code: 'pacs-untrusted' });
  });

  it('for another name is not trusted, whatever the environment says', async () => {
    const wrong = makeCertificates(folder, 'wrong', 'DNS:pacs.example.org');
    const url = await serve(answer, wrong);
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(find({ url, caFile: wrong.ca })).rejects.toMatchObject({ code: 'pacs-untrusted' });
      await expect(find({ url })).rejects.toMatchObject({ code: 'pacs-untrusted' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });

  it('is not taken for granted where a server speaks plain HTTP', async () => {
    const url = (await serve(answer)).replace('http:', 'https:');
    await expect(find({ url })).rejects.toMatchObject({ code: 'pacs-untrusted' });
  });
});

it('nobody there is told as such', async () => {
  const url = await serve(() => undefined);
  const [server] = running.splice(0);
  await new Promise((resolve) => server!.close(resolve));
  await expect(find({ url })).rejects.toMatchObject({ code: 'pacs-unreachable' });
});
