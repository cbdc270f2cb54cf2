/**
 * What the preload script puts between page and main. Imports only types: the preload script bundles this file, and
 * must not carry the schemas with it.
 */
import type { Channel, EventName, EventOf, PortName, RequestInput, ResponseOf } from './contract';
import type { WireError } from './wire-error';

/** Names of the channels of Electron's own IPC that everything goes through. */
export const WIRE = { invoke: 'sonomask:invoke', event: 'sonomask:event', port: 'sonomask:port' } as const;

/** Errors do not survive Electron's IPC with their fields, so an answer is always one of these two. */
export type Answer<C extends Channel> =
  { readonly ok: true; readonly value: ResponseOf<C> } | { readonly ok: false; readonly error: WireError };

/** `window.sonomask`. The renderer uses it through `renderer/ipc.ts`. */
export interface Bridge {
  invoke<C extends Channel>(channel: C, payload: RequestInput<C>): Promise<Answer<C>>;
  /** Answers a function that ends the subscription. */
  on<E extends EventName>(event: E, listener: (payload: EventOf<E>) => void): () => void;
  /** Absolute path of a `File` that was dropped on the window; empty for one that has none. */
  pathForFile(file: unknown): string;
}

/** A port arrives in the page as a `message` event with this data and the port in `event.ports`. */
export interface PortMessage {
  readonly type: typeof WIRE.port;
  readonly port: PortName;
}
