/** The renderer's end of the contract in shared/ipc: requests that throw `AppError`, events, ports. */
import type { AppError } from '../shared/errors';
import {
  fromWireError,
  WIRE,
  type Bridge,
  type Channel,
  type EventName,
  type EventOf,
  type PortMessage,
  type PortName,
  type RequestInput,
  type ResponseOf,
} from '../shared/ipc';

declare global {
  interface Window {
    readonly sonomask: Bridge;
  }
}

/** Channels that ask nothing are called without a payload. */
type Payload<C extends Channel> = undefined extends RequestInput<C> ? [] : [payload: RequestInput<C>];

const refusalListeners: ((error: AppError) => void)[] = [];

/** Asks main and answers what it answers. Throws `AppError`. */
export async function call<C extends Channel>(channel: C, ...[payload]: Payload<C>): Promise<ResponseOf<C>> {
  const answer = await window.sonomask.invoke(channel, payload as RequestInput<C>);
  if (answer.ok) return answer.value;
  const error = fromWireError(answer.error);
  for (const listener of refusalListeners) listener(error);
  throw error;
}

/** Hears of every request that was refused, whoever asked and whatever is done about it there. */
export function onRefusal(listener: (error: AppError) => void): void {
  refusalListeners.push(listener);
}

/** Hears an event of main until the answered function is called. */
export function listen<E extends EventName>(event: E, listener: (payload: EventOf<E>) => void): () => void {
  return window.sonomask.on(event, listener);
}

/** Takes the ports main sends under this name: one at first and another whenever the process behind it restarted. */
export function onPort(name: PortName, take: (port: MessagePort) => void): () => void {
  const relay = (event: MessageEvent): void => {
    if (event.source !== window || !isPortMessage(event.data) || event.data.port !== name) return;
    const [port] = event.ports;
    if (port) take(port);
  };
  window.addEventListener('message', relay);
  return () => window.removeEventListener('message', relay);
}

function isPortMessage(data: unknown): data is PortMessage {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === WIRE.port;
}
