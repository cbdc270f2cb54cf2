/** Debian's Orthanc with its DICOMweb plugin as a process of the test's own: an archive that nobody here has written. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe } from 'vitest';

const PROGRAM = '/usr/sbin/Orthanc';
const PLUGIN = '/usr/share/orthanc/plugins/libOrthancDicomWeb.so';
const START_MS = 120_000;

/** A `describe` that needs Orthanc; skipped, and its title says why, where it is not installed. */
export function describeWithOrthanc(title: string, tests: () => void): void {
  const missing = !existsSync(PROGRAM) || !existsSync(PLUGIN);
  const reason = 'skipped: apt-get install orthanc orthanc-dicomweb';
  describe.skipIf(missing)(missing ? `${title} (${reason})` : title, tests);
}

export interface Orthanc {
  /** Of its DICOMweb service. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Its own REST interface, for what the test wants to see with other eyes. */
  rest(path: string, body?: Uint8Array): Promise<Response>;
  stop(): Promise<void>;
}

/** Starts an empty archive on a free port of this machine alone, with one user. */
export async function startOrthanc(): Promise<Orthanc> {
  const folder = mkdtempSync(join(tmpdir(), 'orthanc-'));
  const port = await freePort();
  const [user, password] = ['reader', 'pass:wörd'];
  const settings = {
    ...{ Name: 'test', StorageDirectory: join(folder, 'db'), IndexDirectory: join(folder, 'db') },
    ...{ HttpPort: port, HttpServerEnabled: true, DicomServerEnabled: false, RemoteAccessAllowed: false },
    ...{ AuthenticationEnabled: true, RegisteredUsers: { [user]: password }, Plugins: [PLUGIN] },
    DicomWeb: { Enable: true, Root: '/dicom-web/', EnableWado: false },
  };
  const file = join(folder, 'orthanc.json');
  writeFileSync(file, JSON.stringify(settings));
  const child = spawn(PROGRAM, [file], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const base = `http://127.0.0.1:${port}`;
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const rest = (path: string, body?: Uint8Array): Promise<Response> =>
    fetch(`${base}${path}`, {
      headers: { authorization },
      ...(body && { method: 'POST', body: Buffer.from(body) }),
    });
  try {
    await answers(() => rest('/dicom-web/studies'), child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`Orthanc did not start: ${said}`, { cause: error });
  }
  return {
    ...{ url: `${base}/dicom-web/`, user, password, rest },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(ask: () => Promise<Response>, child: ChildProcess): Promise<void> {
  for (const end = Date.now() + START_MS; ;) {
    const isUp = await ask().then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (child.exitCode !== null || Date.now() > end) throw new Error(`ended: ${child.exitCode}`);
    await pause(100);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
