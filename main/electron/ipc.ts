/**
 * Main's end of the contract in shared/ipc: every request is checked for who sent it and for its form before a handler
 * sees it, and every failure is answered as a typed error. What requests do is in handlers/.
 */
import { ipcMain, type IpcMainInvokeEvent } from 'electron';
import { z } from 'zod';
import { AppError } from '../../shared/errors';
import {
  CHANNELS,
  WIRE,
  toWireError,
  type Channel,
  type RequestOf,
  type ResponseOf,
  type WireError,
} from '../../shared/ipc';
import { logError } from '../log';
import { isInterface } from './origin';

export type Handlers = {
  readonly [C in Channel]: (request: RequestOf<C>) => ResponseOf<C> | Promise<ResponseOf<C>>;
};

type AnyAnswer = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly error: WireError };

export function answerRequests(handlers: Handlers): void {
  ipcMain.handle(WIRE.invoke, async (event, channel: unknown, payload: unknown): Promise<AnyAnswer> => {
    const where = typeof channel === 'string' ? channel : 'unknown channel';
    try {
      return { ok: true, value: await handle(handlers, event, where, payload) };
    } catch (error) {
      const wire = toWireError(error, where);
      // Nobody but a page that was taken over names what is no channel.
      if (wire.code !== 'cancelled') logError(isChannel(where) ? where : 'no channel', error);
      return { ok: false, error: wire };
    }
  });
}

async function handle(handlers: Handlers, event: IpcMainInvokeEvent, where: string, payload: unknown) {
  if (!isTrusted(event)) throw new AppError('usage', where, 'the request does not come from the interface');
  if (!isChannel(where)) throw new AppError('usage', where, 'there is no such channel');
  const parsed = parse(where, payload);
  if (!parsed.success) throw new AppError('usage', where, z.prettifyError(parsed.error));
  // The schema of this very channel has just accepted it; TypeScript cannot follow that through the map.
  const handler = handlers[where] as (request: unknown) => unknown;
  return handler(parsed.data);
}

function parse(where: Channel, payload: unknown) {
  try {
    return CHANNELS[where].request.safeParse(payload);
  } catch (cause) {
    // Zod freezes what is read-only, and bytes that pass for an object cannot be frozen.
    throw new AppError('usage', where, `the request cannot be read: ${String(cause)}`, { cause });
  }
}

function isChannel(name: string): name is Channel {
  return Object.hasOwn(CHANNELS, name);
}

/** Only the top frame of the first window's page; an embedded frame, a page that replaced ours or another of ours is refused. */
function isTrusted(event: IpcMainInvokeEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && isInterface(frame.url);
}
