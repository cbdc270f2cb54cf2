import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { forkProcess, WorkerHost, type WorkerEvent } from '../../../../main/inference';
import type { EchoApi } from './echo.worker';

const open: WorkerHost<EchoApi>[] = [];

function newHost(): { host: WorkerHost<EchoApi>; events: WorkerEvent[] } {
  const events: WorkerEvent[] = [];
  const module = new URL('./echo.worker.ts', import.meta.url);
  const host = new WorkerHost<EchoApi>('echo', forkProcess(module), (event) => events.push(event));
  open.push(host);
  return { host, events };
}

const types = (events: readonly WorkerEvent[]): string[] => events.map((event) => event.type);
const newMarker = (): string => join(mkdtempSync(join(tmpdir(), 'worker-host-')), 'asked');

afterEach(() => {
  for (const host of open.splice(0)) host.dispose();
});

/** The process takes a second to load through tsx; what follows is then about the request alone. */
async function ready(host: WorkerHost<EchoApi>): Promise<number> {
  return host.request('pid', undefined);
}

describe('asking a worker', () => {
  it('carries typed arrays there and back', async () => {
    const { host, events } = newHost();
    expect(await host.request('double', new Float32Array([1, 2.5]))).toEqual(new Float32Array([2, 5]));
    expect(types(events)).toEqual(['started']);
  });

  it('answers several requests by their ids', async () => {
    const { host } = newHost();
    const answers = await Promise.all([1, 2, 3].map((n) => host.request('double', new Float32Array([n]))));
    expect(answers.map((values) => values[0])).toEqual([2, 4, 6]);
  });

  it("throws the worker's own error, with its code and the file it concerns", async () => {
    const { host } = newHost();
    await expect(host.request('fail', { file: 'a.png' })).rejects.toMatchObject({
      name: 'AppError',
      code: 'format-corrupt',
      subject: 'a.png',
      message: 'cut short',
    });
  });

  it('calls an error that is no AppError internal', async () => {
    const { host } = newHost();
    await expect(host.request('defect', undefined)).rejects.toMatchObject({ code: 'internal', subject: 'defect' });
  });

  it('reports progress in order before the answer', async () => {
    const { host } = newHost();
    const seen: unknown[] = [];
    await host.request('count', 4, { onProgress: (progress) => seen.push(progress) });
    expect(seen).toEqual([1, 2, 3, 4]);
  });
});

describe('a worker that dies', () => {
  it('is started again, and what it was doing is done once more', async () => {
    const { host, events } = newHost();
    const first = await ready(host);
    expect(await host.request('dieOnce', { marker: newMarker() })).toBe('alive');
    expect(types(events)).toEqual(['started', 'crash', 'started']);
    expect(events[1]).toMatchObject({ reason: 'SIGKILL' });
    expect(await host.request('pid', undefined)).not.toBe(first);
  });

  it('is given up for a request that kills it twice, and serves the next one', async () => {
    const { host, events } = newHost();
    await expect(host.request('die', undefined)).rejects.toMatchObject({ code: 'worker-died', subject: 'echo' });
    expect(types(events)).toEqual(['started', 'crash', 'started', 'crash']);
    expect(events[3]).toMatchObject({ reason: 'code 7' });
    expect(await host.request('double', new Float32Array([4]))).toEqual(new Float32Array([8]));
  });

  it('loses no other request that was waiting', async () => {
    const { host } = newHost();
    const answers = await Promise.all([
      host.request('double', new Float32Array([1])),
      host.request('dieOnce', { marker: newMarker() }),
      host.request('double', new Float32Array([3])),
    ]);
    expect(answers).toEqual([new Float32Array([2]), 'alive', new Float32Array([6])]);
  });

  it('is started again by the next request when nothing was under way', async () => {
    const { host, events } = newHost();
    process.kill(await ready(host), 'SIGKILL');
    await expect.poll(() => types(events), { timeout: 5_000 }).toEqual(['started', 'crash']);
    expect(host.pid).toBeUndefined();
    expect(await host.request('count', 1)).toBe(1);
  });
});

describe('a request that is not wanted any more', () => {
  it('is rejected at once and its late result dropped, the process kept', async () => {
    const { host, events } = newHost();
    const pid = await ready(host);
    const controller = new AbortController();
    const blocked = host.request('block', { ms: 300 }, { signal: controller.signal });
    controller.abort();
    await expect(blocked).rejects.toMatchObject({ code: 'cancelled' });
    expect(await host.request('pid', undefined)).toBe(pid);
    expect(types(events)).toEqual(['started']);
  });

  it('tells a worker that can listen', async () => {
    const { host } = newHost();
    const controller = new AbortController();
    const waiting = host.request('wait', undefined, {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    expect(await host.request('count', 1)).toBe(1);
  });

  it('can take the process with it: a run of a minute ends now and the others are asked again', async () => {
    const { host, events } = newHost();
    const pid = await ready(host);
    const controller = new AbortController();
    const long = host.request('block', { ms: 60_000 }, { signal: controller.signal, onAbort: 'kill' });
    const other = host.request('pid', undefined);
    const begun = performance.now();
    setTimeout(() => controller.abort(), 100);
    await expect(long).rejects.toMatchObject({ code: 'cancelled' });
    expect(await other).not.toBe(pid);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(types(events)).toEqual(['started', 'exit', 'started']);
  });

  it('is not sent at all when it was cancelled before', async () => {
    const { host, events } = newHost();
    await expect(host.request('pid', undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(events).toEqual([]);
  });
});

describe('disposing', () => {
  it('ends the process, rejects what is under way and takes nothing more', async () => {
    const { host, events } = newHost();
    const pid = await ready(host);
    const blocked = host.request('block', { ms: 60_000 });
    host.dispose();
    await expect(blocked).rejects.toMatchObject({ code: 'worker-died' });
    await expect(host.request('pid', undefined)).rejects.toMatchObject({ code: 'worker-died' });
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
    expect(types(events)).toEqual(['started', 'exit']);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
