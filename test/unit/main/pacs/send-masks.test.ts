/** What an archive says of masks that it is sent: stored, stored but changed, refused and why, busy, never heard of. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, expect, it } from 'vitest';
import { Connection, LIMITS, planSending, sendMasks, type StoredMasks } from '../../../../main/pacs';
import type { ProjectStore } from '../../../../main/project';
import type { PacsSent } from '../../../../shared/ipc';
import { temporaryFolder } from '../../../support/study-folder';
import { projectOfDicom, ultrasound } from '../export/project-of-dicom';
import { drawn, projectOf } from '../export/project-of-masks';

const { signal } = new AbortController();
const masks = [[['lesion', drawn('..... .###. .###. .....')] as const]];
const stores: ProjectStore[] = [];
const dicom = await projectOfDicom(temporaryFolder(), [{ path: 'a.dcm', file: ultrasound(1, masks), masks }]);
stores.push(dicom);
afterAll(() => Promise.all(stores.map((store) => store.close())));

let server: Server | undefined;
afterEach(() => void server?.close());

type Told = Record<string, unknown>;
interface Seen {
  readonly type: string;
  readonly path: string;
  readonly body: Buffer;
}

const element = (vr: string, value: unknown) => ({ vr, Value: [value] });

/** An archive that has every image, and says of what it is sent what `tell` makes of its UID. */
async function archive(
  tell: (instance: string) => { status: number; told?: Told },
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const started = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://x');
    response.setHeader('Content-Type', 'application/dicom+json');
    if (request.method === 'GET') {
      const asked = url.searchParams.get('SOPInstanceUID');
      response.end(JSON.stringify(asked ? [{ '00080018': element('UI', asked) }] : []));
      return;
    }
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = Buffer.concat(parts);
      seen.push({ type: request.headers['content-type'] ?? '', path: url.pathname, body });
      const instance = /2\.25\.\d+/.exec(body.toString('latin1'))?.[0] ?? '';
      const { status, told } = tell(instance);
      response.writeHead(status).end(told && JSON.stringify(told));
    });
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}/`, seen };
}

async function send(store: ProjectStore, url: string): Promise<PacsSent & { stored: StoredMasks[] }> {
  const connection = await Connection.open({ url, credentials: { kind: 'none' } }, { ...LIMITS, pauseMs: 1 });
  const stored: StoredMasks[] = [];
  try {
    const plan = await planSending(store, signal);
    const tools = { signal, onProgress: () => undefined, onStored: (one: StoredMasks) => void stored.push(one) };
    return { ...(await sendMasks(connection, plan, tools)), stored };
  } finally {
    connection.close();
  }
}

const storedAs = (instance: string, more: Told = {}): Told => ({
  '00081199': element('SQ', { '00081155': element('UI', instance), ...more }),
});
const failedAs = (instance: string, reason?: number): Told => ({
  '00081198': element('SQ', {
    '00081155': element('UI', instance),
    ...(reason !== undefined && { '00081197': element('US', reason) }),
  }),
});

it('sends one DICOM file a request, into the study of the image', async () => {
  const { url, seen } = await archive((instance) => ({ status: 200, told: storedAs(instance) }));
  const { stored, ...report } = await send(dicom, url);
  expect(report).toEqual({ sent: 1, already: 0, masks: 1, unsent: [], unsentCount: 0, warnings: [] });
  expect(seen).toHaveLength(1);
  const [{ type, path, body }] = seen as [Seen];
  expect(path).toBe('/studies/1.2.3.2.1');
  const boundary = /^multipart\/related; type="application\/dicom"; boundary=(\S+)$/.exec(type)![1]!;
  const text = body.toString('latin1');
  expect(text.startsWith(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`)).toBe(true);
  expect(text.endsWith(`\r\n--${boundary}--\r\n`)).toBe(true);
  expect(text).toContain(stored[0]!.instance);
});

it('sends the same masks as the same instance to whatever archive', async () => {
  const instances: string[] = [];
  for (let n = 0; n < 2; n++) {
    const { url } = await archive((instance) => ({ status: 200, told: storedAs(instance) }));
    instances.push((await send(dicom, url)).stored[0]!.instance);
    server?.close();
  }
  expect(instances[0]).toBe(instances[1]);
});

it.each([
  [0x0122, 'the server takes no DICOM Segmentations (0122)'],
  [0xa700, 'the server is out of resources (A700)'],
  [0xc123, 'the server cannot understand it (C123)'],
  [0x0124, 'the server refused it (0124)'],
  [undefined, 'the server gives no reason'],
])('tells why masks were refused (%s)', async (reason, detail) => {
  const { url } = await archive((instance) => ({ status: 409, told: failedAs(instance, reason) }));
  const { sent, unsent, stored } = await send(dicom, url);
  expect({ sent, stored }).toEqual({ sent: 0, stored: [] });
  expect(unsent).toMatchObject([{ path: 'a.dcm', kind: 'refused' }]);
  expect(unsent[0]!.detail).toContain(detail);
});

it('passes on that the archive changed what it stored', async () => {
  const { url } = await archive((instance) => ({
    status: 202,
    told: storedAs(instance, { '00081196': element('US', 0xb000) }),
  }));
  expect((await send(dicom, url)).warnings).toEqual(['a.dcm: some of its values were changed']);
});

it('does not take silence, or the talk of another instance, for success', async () => {
  for (const told of [undefined, {}, storedAs('1.2.3')]) {
    const { url } = await archive(() => ({ status: 200, ...(told && { told }) }));
    expect(await send(dicom, url)).toMatchObject({ sent: 0, unsent: [{ kind: 'refused' }] });
    server?.close();
  }
});

it('tries a busy archive again', async () => {
  let asked = 0;
  const { url } = await archive((instance) =>
    ++asked < 3 ? { status: 503 } : { status: 200, told: storedAs(instance) },
  );
  expect(await send(dicom, url)).toMatchObject({ sent: 1 });
});

it('names images that are not DICOM', async () => {
  const png = await projectOf(temporaryFolder(), [{ path: 'p/a.png', masks: [['lesion', drawn('.#. ###')]] }]);
  stores.push(png);
  const { url, seen } = await archive(() => ({ status: 500 }));
  expect(await send(png, url)).toMatchObject({ sent: 0, unsent: [{ path: 'p/a.png', kind: 'no-dicom' }] });
  expect(seen).toEqual([]);
});

it('counts all images that are not DICOM, also those that it does not list', async () => {
  const png = await projectOf(temporaryFolder(), [{ path: 'p/a.png', masks: [['lesion', drawn('.#. ###')]] }]);
  stores.push(png);
  const { plan, origin } = await planSending(png, signal);
  const frames = Array.from({ length: 1_001 }, (_, imageId) => ({ ...plan.frames[0]!, imageId }));
  const { url } = await archive(() => ({ status: 500 }));
  const connection = await Connection.open({ url, credentials: { kind: 'none' } }, LIMITS);
  const tools = { signal, onProgress: () => undefined, onStored: () => undefined };
  const { unsent, unsentCount } = await sendMasks(connection, { plan: { ...plan, frames }, origin }, tools);
  connection.close();
  expect([unsent.length, unsentCount]).toEqual([1_000, 1_001]);
});
