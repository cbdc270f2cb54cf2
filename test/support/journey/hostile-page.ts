/**
 * A page that somebody else has taken over: sends main and the prompt worker malformed messages by the thousand. What it
 * may not do is end a process, change anything, or be answered by anything but a typed refusal.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { CHANNELS, WIRE, type Channel } from '../../../shared/ipc';
import { malformedFor, ODD_VALUES, odd, REVIVE } from '../fuzz/messages';
import type { Random } from '../fuzz/mutate';

const BATCH = 200;

export interface Refusals {
  readonly sent: number;
  /** Codes of the answers, with how often each came. */
  readonly codes: Readonly<Record<string, number>>;
}

/** Keeps the page's port to the prompt worker where a hostile script finds it. Before the page is loaded anew. */
export async function stealPort(page: Page): Promise<void> {
  await page.addInitScript((type) => {
    window.addEventListener('message', ({ data, ports }: MessageEvent<{ type?: string; port?: string } | null>) => {
      if (data?.type === type && data.port === 'prompt') Object.assign(window, { stolenPort: ports[0] });
    });
  }, WIRE.port);
  await page.reload();
}

/** Sends `count` malformed requests over all channels, and to channels that do not exist. */
export async function attackMain(page: Page, count: number, random: Random): Promise<Refusals> {
  const channels = Object.keys(CHANNELS) as Channel[];
  const codes: Record<string, number> = {};
  let sent = 0;
  while (sent < count) {
    const messages: [unknown, unknown][] = [];
    while (messages.length < BATCH && sent + messages.length < count) {
      const channel = channels[Math.floor(random() * channels.length)]!;
      const malformed = malformedFor(CHANNELS[channel].request, random);
      const isForeign = random() < 0.05;
      if (isForeign) messages.push([odd(ODD_VALUES[Math.floor(random() * ODD_VALUES.length)]!), null]);
      else if (malformed) messages.push([channel, malformed.payload]);
    }
    sent += messages.length;
    for (const code of await invokeAll(page, messages)) codes[code] = (codes[code] ?? 0) + 1;
  }
  return { sent, codes };
}

function invokeAll(page: Page, messages: readonly (readonly [unknown, unknown])[]): Promise<string[]> {
  return page.evaluate(
    async ([revive, list]) => {
      // A debugger may evaluate what a page may not.
      const make = (0, eval)(revive) as (value: unknown) => unknown;
      return Promise.all(
        list.map(async ([channel, payload]) => {
          try {
            const answer = await window.sonomask.invoke(make(channel) as never, make(payload) as never);
            return answer.ok
              ? `accepted: ${String(channel)} ${JSON.stringify(payload).slice(0, 300)}`
              : answer.error.code;
          } catch {
            // Electron's own bridge cannot copy it.
            return 'not sent';
          }
        }),
      );
    },
    [REVIVE, messages] as const,
  );
}

/** Sends `count` malformed messages over the port, then an honest one. @returns whether that was answered */
export async function attackWorker(page: Page, count: number, random: Random): Promise<boolean> {
  const methods = ['decode', 'propose', 'hold', 'constructor', '__proto__', 'toString', 7, null];
  const messages = Array.from({ length: count }, (_, id) => {
    const kind = random();
    const method = methods[Math.floor(random() * methods.length)];
    const payload = odd(ODD_VALUES[Math.floor(random() * ODD_VALUES.length)]!);
    if (kind < 0.3) return [null, 'request', 7, payload][id % 4];
    if (kind < 0.5)
      return { type: ['request', 'cancel', 'connect', 'x', null][id % 5], id: [null, -1, 'x', {}][id % 4] };
    const bound = { frameSha256: 'a'.repeat(64), modelId: 'm', requestId: id, preview: id % 2 === 0 };
    const prompt = [null, { points: payload }, { points: [{ x: -1, y: payload, positive: 1 }] }][id % 3];
    return {
      type: 'request',
      id: 1e6 + id,
      method,
      payload: kind < 0.7 ? payload : { ...bound, prompt, head: payload },
    };
  });
  return page.evaluate(
    async ([revive, list]) => {
      const make = (0, eval)(revive) as (value: unknown) => unknown;
      const port = (window as unknown as { stolenPort: MessagePort }).stolenPort;
      for (const message of list) port.postMessage(make(message));
      const id = 2e9;
      return new Promise<boolean>((resolve) => {
        port.addEventListener('message', ({ data }: MessageEvent<{ id?: unknown }>) => data.id === id && resolve(true));
        port.postMessage({ type: 'request', id, method: 'decode', payload: null });
        setTimeout(() => resolve(false), 30_000);
      });
    },
    [REVIVE, messages] as const,
  );
}

/** Names and sizes of all files below, but for SQLite's own passing ones. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/-(wal|shm|journal)$/.test(name))
    .map((name) => `${name} ${statSync(join(folder, name)).size}`)
    .sort();
}
