/** Updates from a real folder and a real server: looked for, fetched, cancelled, refused. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UpdateDesk, type UpdateParts } from '../../../../main/updates';
import { openPlace } from '../../../../main/updates/place';
import type { UpdatesState } from '../../../../shared/ipc';
import { serveShare, updateShare, type ShareServer, type UpdateShare } from '../../../support/update-share';

const PACKAGE = 'SonoMask-0.2.0-linux-x64.tar.gz';
const SIZE = 3_000_000;

let share: UpdateShare;
let server: ShareServer;
let folder: string;
let told: UpdatesState[];
let seen: string | null;

beforeEach(async () => {
  share = updateShare();
  server = await serveShare(share.folder);
  folder = join(mkdtempSync(join(tmpdir(), 'sonomask-updates-')), 'updates');
  told = [];
  seen = null;
});

afterEach(async () => {
  await server.close();
  share.remove();
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

const open = (place: string, parts: Partial<UpdateParts> = {}): Promise<UpdateDesk> =>
  UpdateDesk.open({
    ...{ program: { version: '0.1.0', kind: 'tar.gz', arch: 'x64' }, platform: 'linux', keyFile: share.publicKey },
    ...{ folder, fetch, place: () => place, install: undefined, isBusy: () => false },
    newestSeen: { get: () => seen, set: async (version) => void (seen = version) },
    tell: (state) => told.push(state),
    ...parts,
  });
const files = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);

describe.each(['a folder', 'a server'])('%s', (kind) => {
  const place = (): string => (kind === 'a folder' ? share.folder : server.url);

  it('gives its newest version: found, fetched, the same to the byte', async () => {
    const bytes = share.publish('0.2.0', 'Sharper outlines.', SIZE);
    const desk = await open(place());
    const found = await desk.look();
    expect(found).toMatchObject({ phase: 'found', failure: null, handover: 'show', package: null });
    expect(found.update).toEqual({ version: '0.2.0', notes: 'Sharper outlines.', sizeBytes: SIZE });
    expect(files()).toEqual([]);
    expect(await desk.fetch()).toMatchObject({ phase: 'ready', failure: null, package: join(folder, PACKAGE) });
    expect(readFileSync(join(folder, PACKAGE)).equals(bytes)).toBe(true);
    expect(told.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['looking', 'found', 'fetching', 'ready']));
    expect(told.some(({ phase, doneBytes }) => phase === 'fetching' && doneBytes > 0 && doneBytes <= SIZE)).toBe(true);
  });

  it('says that there is nothing newer, and keeps no package then', async () => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, PACKAGE), 'of the update before');
    share.publish('0.1.0');
    expect(await (await open(place())).look()).toMatchObject({ phase: 'current', update: null, failure: null });
    expect(files()).toEqual([]);
  });

  it('that is cancelled leaves nothing', async () => {
    share.publish('0.2.0', '', SIZE);
    const desk = await open(place(), {
      tell: (state) => {
        if (state.phase === 'fetching' && state.doneBytes > 0) desk.cancel();
      },
    });
    await desk.look();
    expect(await desk.fetch()).toMatchObject({ phase: 'found', failure: null, package: null });
    expect(files()).toEqual([]);
  });

  it.each([
    ['other bytes', (path: string) => writeFileSync(path, readFileSync(path).fill(7, 1_000, 1_001))],
    ['fewer bytes', (path: string) => writeFileSync(path, readFileSync(path).subarray(1))],
    ['more bytes', (path: string) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(1)]))],
  ])('whose package has %s is refused, and nothing of it stays', async (_what, spoil) => {
    share.publish('0.2.0');
    const desk = await open(place());
    await desk.look();
    spoil(join(share.folder, PACKAGE));
    expect(await desk.fetch()).toMatchObject({
      ...{ phase: 'found', package: null },
      failure: { code: 'update-damaged', subject: PACKAGE },
    });
    expect(files()).toEqual([]);
  });

  it('that puts an older feed back is noticed, also by the next run of the program', async () => {
    share.publish('0.2.0');
    const old = ['latest-linux.yml', 'latest-linux.yml.sig'].map((name) => [
      name,
      readFileSync(join(share.folder, name)),
    ]);
    share.publish('0.3.0');
    expect(await (await open(place())).look()).toMatchObject({ phase: 'found', update: { version: '0.3.0' } });
    for (const [name, bytes] of old) writeFileSync(join(share.folder, String(name)), bytes!);
    expect(await (await open(place())).look()).toMatchObject({
      ...{ phase: 'idle', update: null },
      failure: { code: 'update-older', subject: '0.2.0' },
    });
  });

  it('that is not there is named', async () => {
    const desk = await open(`${place()}-gone`);
    expect(await desk.look()).toMatchObject({ phase: 'idle', failure: { code: 'update-unreachable' } });
  });
});

it('nothing is asked of anybody before somebody asks', async () => {
  share.publish('0.2.0');
  const desk = await open(server.url);
  expect(desk.state).toMatchObject({ phase: 'idle', hasKey: true });
  expect(server.asked).toEqual([]);
  await desk.look();
  expect(server.asked).toEqual(['/updates/latest-linux.yml', '/updates/latest-linux.yml.sig']);
  expect(Object.keys(server.headers[0]!).filter((name) => /cookie|staging|authorization|referer/.test(name))).toEqual(
    [],
  );
  expect(server.headers[0]!['user-agent']).toBe('SonoMask');
});

it('a program without a key offers none, and asks nobody', async () => {
  share.publish('0.2.0');
  const desk = await open(server.url, { keyFile: join(share.folder, 'none.pem') });
  expect(desk.state.hasKey).toBe(false);
  expect(await desk.look()).toMatchObject({ phase: 'idle', failure: { code: 'usage' } });
  expect(server.asked).toEqual([]);
});

it('one thing at a time, and what was found is forgotten with its place', async () => {
  share.publish('0.2.0');
  const desk = await open(share.folder);
  const looking = desk.look();
  await expect(desk.fetch()).rejects.toMatchObject({ code: 'usage' });
  await looking;
  desk.forget();
  expect(desk.state).toMatchObject({ phase: 'idle', update: null });
  expect(await desk.fetch()).toMatchObject({ phase: 'idle', failure: { code: 'usage' } });
  const again = desk.look();
  desk.forget();
  expect(await again).toMatchObject({ phase: 'idle', update: null, failure: null });
});

it('is handed over when nothing runs, and can be tried again where that fails', async () => {
  share.publish('0.2.0');
  let busy = true;
  const given: string[] = [];
  const desk = await open(share.folder, {
    isBusy: () => busy,
    install: async ({ version }, path) => {
      given.push(`${version} ${path}`);
      if (given.length === 1) throw new Error('no');
    },
  });
  expect(desk.state.handover).toBe('install');
  await desk.look();
  await desk.fetch();
  expect(await desk.install()).toMatchObject({ phase: 'ready', failure: { code: 'update-busy' } });
  busy = false;
  expect(given).toEqual([]);
  expect(await desk.install()).toMatchObject({ phase: 'ready', failure: { code: 'internal' } });
  expect(await desk.install()).toMatchObject({ phase: 'installing', failure: null });
  expect(given).toEqual(Array(2).fill(`0.2.0 ${join(folder, PACKAGE)}`));
});

describe('a server', () => {
  it('that sends elsewhere is not followed', async () => {
    share.publish('0.2.0');
    const elsewhere = await serveShare(share.folder);
    server.answer = (path, response) => {
      response.writeHead(302, { location: elsewhere.url.replace('/updates', path) }).end();
      return true;
    };
    expect(await (await open(server.url)).look()).toMatchObject({ failure: { code: 'update-unreachable' } });
    expect(elsewhere.asked).toEqual([]);
    await elsewhere.close();
  });

  it('that falls silent is given up; looking can be withdrawn before', async () => {
    server.answer = () => true;
    const signal = new AbortController().signal;
    const silent = openPlace(server.url, fetch, 200).chunks('latest-linux.yml', signal);
    await expect(silent.next()).rejects.toMatchObject({ code: 'update-unreachable' });
    const desk = await open(server.url);
    const looking = desk.look();
    await expect.poll(() => server.asked.length).toBe(2);
    desk.cancel();
    expect(await looking).toMatchObject({ phase: 'idle', failure: null });
  });

  it('that never ends is cut off: after a feed and a package of the size that was signed', async () => {
    share.publish('0.2.0');
    const desk = await open(server.url);
    let sent = 0;
    const endless: ShareServer['answer'] = (_path, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536), () => setImmediate(more));
      };
      more();
      return true;
    };
    server.answer = endless;
    expect(await desk.look()).toMatchObject({ phase: 'idle', failure: { code: 'update-malformed' } });
    server.answer = undefined;
    await desk.look();
    server.answer = endless;
    expect(await desk.fetch()).toMatchObject({ phase: 'found', failure: { code: 'update-damaged' } });
    expect(files()).toEqual([]);
    expect(sent).toBeLessThan(50e6);
  });

  it('that fails in the middle of a package leaves nothing of it', async () => {
    share.publish('0.2.0', '', SIZE);
    const desk = await open(server.url);
    await desk.look();
    server.answer = (_path, response) => {
      response.writeHead(200, { 'content-length': SIZE });
      response.write(Buffer.alloc(SIZE / 2), () => response.destroy());
      return true;
    };
    expect(await desk.fetch()).toMatchObject({ phase: 'found', failure: { code: 'update-unreachable' } });
    expect(files()).toEqual([]);
  });
});

it.each([
  ['nothing', ''],
  ['a relative path', 'share/updates'],
  ['http of another computer', 'http://updates.example/'],
  ['http of a name that only looks like this computer', 'http://localhost.evil.example/'],
  ['a password in the address', 'https://user:secret@updates.example/'],
  ['another protocol', 'ftp://updates.example/'],
  ['a file address', 'file:///srv/updates'],
  ['a query', 'https://updates.example/?x='],
])('updates cannot lie in %s', async (_what, place) => {
  expect(await (await open(place)).look()).toMatchObject({ failure: { code: 'update-place' } });
});

it('may lie on a server by https', () => {
  expect(() => openPlace('https://updates.example/sonomask', fetch)).not.toThrow();
});
