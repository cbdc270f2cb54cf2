/** Connection strings, and what the server must prove before anything is sent to it. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ProjectStore } from '../../main/project';
import type { ProjectTables } from '../../main/project/schema';
import { parsePlace, placeText, schemaOf } from '../../main/project/server/place';
import { openPostgres } from '../../main/project/server/postgres';
import { newPlace, newProject, temporaryFolder } from '../unit/main/project/support';
import { TestServer } from '../support/postgres-server';

/** A key and a certificate for `names` that is its own authority. */
function selfSigned(folder: string, names: string): { key: string; certificate: string; file: string } {
  const [key, file] = [join(folder, `${names.length}.key`), join(folder, `${names.length}.crt`)];
  const what = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=test'];
  execFileSync('openssl', [...what, '-addext', `subjectAltName=${names}`, '-keyout', key, '-out', file], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(file, 'utf8'), file };
}

describe('a connection string', () => {
  it('names user, host, database and project; its text never has the password', () => {
    const place = parsePlace('postgres://Dr.%20M%C3%BCller:s%40cret@127.0.0.1/lab?project=breast_2026');
    expect(place).toMatchObject({ host: '127.0.0.1', port: 5432, database: 'lab', user: 'Dr. Müller', tls: null });
    expect(place.password).toBe('s@cret');
    expect(placeText(place)).toBe('postgres://Dr.%20M%C3%BCller@127.0.0.1:5432/lab?project=breast_2026');
    expect(parsePlace(placeText(place))).toEqual({ ...place, password: null });
  });

  it('over a network means TLS with a checked certificate, and nothing weaker is taken', () => {
    const url = 'postgres://ann@db.example.org/lab?project=a';
    expect(parsePlace(url).tls).toEqual({ ca: undefined });
    for (const mode of ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'no-verify']) {
      expect(() => parsePlace(`${url}&sslmode=${mode}`)).toThrow('verify-full');
    }
  });

  it.each([
    'postgres://ann@127.0.0.1/lab',
    'postgres://ann@127.0.0.1/lab?project=A;drop',
    'postgres://127.0.0.1/lab?project=a',
    'postgres://ann@127.0.0.1/?project=a',
    'postgres://ann@127.0.0.1/lab?project=a&options=-c',
    'server:a',
    'postgres://ann:x@[/lab?project=a',
  ])('is refused, and the password not repeated: %s', (text) => {
    vi.stubEnv('SONOMASK_DATABASE_URL', undefined);
    expect(() => parsePlace(text.replace('ann@', 'ann:s3cret@'))).toThrow(
      expect.objectContaining({ code: 'usage', message: expect.not.stringContaining('s3cret') }),
    );
  });

  it('is taken from the environment by the name of the project', () => {
    vi.stubEnv('SONOMASK_DATABASE_URL', 'postgres://ann:x@127.0.0.1:5433/lab?project=other');
    expect(parsePlace('server:breast')).toMatchObject({ user: 'ann', port: 5433, project: 'breast' });
  });
});

describe('a server', () => {
  it('that is not there, does not know the user, or has no such project is told apart', async () => {
    const store = await newProject();
    const open = (change: (url: URL) => void): Promise<ProjectStore> => {
      const url = new URL(store.place);
      change(url);
      return ProjectStore.open(url.href);
    };
    await expect(open((url) => (url.port = '1'))).rejects.toMatchObject({ code: 'server-unreachable' });
    await expect(open((url) => (url.username = 'nobody'))).rejects.toMatchObject({ code: 'login-refused' });
    await expect(open((url) => url.searchParams.set('project', 'none'))).rejects.toMatchObject({
      code: 'project-unknown',
    });
  });

  it('makes a project also while others on it come and go; one that is gone says so', async () => {
    const owner = await newProject();
    const { db, close } = openPostgres<ProjectTables>(parsePlace(owner.place));
    onTestFinished(close);
    let making = true;
    const comingAndGoing = (async () => {
      while (making) {
        await sql`create schema passing`.execute(db);
        await sql`create table passing.kysely_migration_lock (id serial)`.execute(db);
        await sql`drop schema passing cascade`.execute(db);
      }
    })();
    try {
      for (let i = 0; i < 10; i++) await newProject();
    } finally {
      making = false;
      await comingAndGoing;
    }
    await sql`drop schema ${sql.ref(schemaOf(parsePlace(owner.place)))} cascade`.execute(db);
    await expect(owner.labels.list()).rejects.toMatchObject({ code: 'project-unknown' });
  });

  it('must prove by its certificate that it is the one asked for, or hears no password', async () => {
    newPlace();
    const folder = temporaryFolder();
    const own = selfSigned(folder, 'IP:127.0.0.1');
    const other = selfSigned(folder, 'DNS:localhost,DNS:db.example.org');
    for (const [served, trusted, code] of [
      [own, own.file, null],
      [own, null, 'certificate-refused'],
      [own, other.file, 'certificate-refused'],
      [other, other.file, 'certificate-refused'],
      [undefined, own.file, 'certificate-refused'],
    ] as const) {
      const server = await TestServer.start(served ? { tls: served } : {});
      onTestFinished(() => server.remove());
      const place = `${server.url('tls')}&sslmode=verify-full${trusted ? `&sslrootcert=${trusted}` : ''}`;
      const opening = ProjectStore.create(place);
      if (code === null) await (await opening).close();
      else await expect(opening).rejects.toMatchObject({ code });
      await server.remove();
    }
  });

  it('is left when everything that was begun is over', async () => {
    const store = await newProject();
    const making = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => store.labels.create({ name })));
    await store.close();
    expect(await making).toHaveLength(6);
  });

  it('gone in the middle: the edit is refused and not stored, and the next one goes through when it is back', async () => {
    const server = await TestServer.start({ durable: true });
    onTestFinished(() => server.remove());
    vi.stubEnv('SONOMASK_SHARED_FOLDER', temporaryFolder());
    const store = await ProjectStore.create(server.url('gone'));
    onTestFinished(() => store.close());
    await store.labels.create({ name: 'before' });
    await server.stop('SIGQUIT');
    await expect(store.labels.create({ name: 'lost' })).rejects.toMatchObject({ code: 'server-unreachable' });
    await expect(store.labels.list()).rejects.toMatchObject({ code: 'server-unreachable' });
    await server.again();
    await store.labels.create({ name: 'after' });
    expect((await store.labels.list()).map(({ name }) => name)).toEqual(['before', 'after']);
  });
});
