/**
 * A PostgreSQL server for tests: Debian's own binaries, a temporary folder, a port of this computer's loopback, gone
 * afterwards. The server refuses to run as root, so under root it runs as `nobody`.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

export const NO_POSTGRES = 'no PostgreSQL: apt-get install postgresql';
/** May do everything; its password is the server's own. */
export const SUPERUSER = 'sonomask_owner';

const DEBIAN = '/usr/lib/postgresql';
const NOBODY = 65_534;
const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};

export interface ServerOptions {
  /** PEM; the server then speaks TLS. */
  readonly tls?: { readonly key: string; readonly certificate: string };
  /** Commits wait for the disk, as they do outside tests. */
  readonly durable?: boolean;
}

/** Folder with `initdb` and `postgres`; undefined where there is none. */
export function postgresFolder(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(DEBIAN, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(':'),
  ];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

export class TestServer {
  #process: ChildProcess | undefined;

  private constructor(
    private readonly bin: string,
    private readonly folder: string,
    readonly port: number,
    private readonly password: string,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const bin = postgresFolder();
    if (bin === undefined) throw new Error(NO_POSTGRES);
    const folder = mkdtempSync(join(tmpdir(), 'sonomask-postgres-'));
    const password = 'owner of the tests';
    const server = new TestServer(bin, folder, await freePort(), password, options);
    server.#initialize();
    await server.again();
    return server;
  }

  /** Processor time that the server has used, s; where the system tells (Linux). */
  cpuSeconds(): number {
    const pid = this.#process?.pid ?? 0;
    const times = readdirSync('/proc').flatMap((name) => {
      if (!/^\d+$/.test(name)) return [];
      // Fields of proc(5), after the name in brackets: parent, then from the 12th on own and waited-for children's ticks.
      const fields = statOf(Number(name)).split(') ')[1]?.split(' ') ?? [];
      if (Number(name) === pid) return fields.slice(11, 15).map(Number);
      return Number(fields[1]) === pid ? fields.slice(11, 13).map(Number) : [];
    });
    return times.reduce((sum, ticks) => sum + ticks, 0) / 100;
  }

  /** @param user default: the superuser */
  url(project: string, user = SUPERUSER, password = this.password): string {
    const secret = encodeURIComponent(password);
    return `postgres://${encodeURIComponent(user)}:${secret}@127.0.0.1:${this.port}/postgres?project=${project}`;
  }

  /** One connection, for plain SQL. */
  async connect(user = SUPERUSER, password = this.password): Promise<pg.Client> {
    const { port } = this;
    const client = new pg.Client({ host: '127.0.0.1', port, database: 'postgres', user, password });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  }

  /** Starts it on its folder, as after a reboot. */
  async again(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      fsync: this.options.durable ? 'on' : 'off',
      max_connections: '200',
      ...(this.options.tls ? { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' } : {}),
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(this.bin, 'postgres'), ['-D', this.#data, '-p', String(this.port), ...flags], {
      ...account,
      cwd: this.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (piece: Buffer) => (log = (log + piece.toString()).slice(-4_000)));
    this.#process = child;
    for (let tries = 0; ; tries++) {
      if (child.exitCode !== null || tries > 600) throw new Error(`PostgreSQL did not start:\n${log}`);
      const client = await this.connect().catch(() => undefined);
      if (client) return client.end();
      await setTimeout(100);
    }
  }

  /** @param how `SIGINT` ends sessions in order; `SIGQUIT` is a crash, from which it recovers when started again */
  async stop(how: 'SIGINT' | 'SIGQUIT' = 'SIGINT'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (!child || child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill(how);
    await closed;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.folder, 'data');
  }

  /** Sorts text as English does, not byte by byte: what must not depend on it does not. */
  #initialize(): void {
    const secret = join(this.folder, 'password');
    writeFileSync(secret, this.password, { mode: 0o600 });
    if (account.uid !== undefined) for (const path of [this.folder, secret]) chownSync(path, NOBODY, NOBODY);
    const locale = ['--locale=C.UTF-8', '--locale-provider=icu', '--icu-locale=en-US', '--encoding=UTF8'];
    const login = ['--username', SUPERUSER, '--auth=scram-sha-256', '--pwfile', secret];
    const { status, stderr } = spawnSync(
      join(this.bin, 'initdb'),
      ['-D', this.#data, '--no-sync', ...locale, ...login],
      {
        ...account,
        cwd: this.folder,
        encoding: 'utf8',
      },
    );
    if (status !== 0) throw new Error(`initdb ended with ${status}:\n${stderr}`);
    const { tls } = this.options;
    if (!tls) return;
    for (const [name, text] of [
      ['server.key', tls.key],
      ['server.crt', tls.certificate],
    ] as const) {
      const path = join(this.#data, name);
      writeFileSync(path, text, { mode: 0o600 });
      if (account.uid !== undefined) chownSync(path, NOBODY, NOBODY);
    }
  }
}

function statOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
