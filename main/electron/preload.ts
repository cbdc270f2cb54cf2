/**
 * The bridge between the page and main: three functions and a relay for message ports. It holds no logic and checks
 * nothing: main does. Runs sandboxed, so it may import only `electron` and what the bundler puts in.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { EventName, EventOf, PortName } from '../../shared/ipc';
import { WIRE, type Bridge, type PortMessage } from '../../shared/ipc/bridge';

/** One listener of Electron's for all of the page's: it warns of a leak at more than ten. */
const listeners = new Set<(name: EventName, payload: unknown) => void>();
ipcRenderer.on(WIRE.event, (_event, name: EventName, payload: unknown) => {
  for (const listener of [...listeners]) listener(name, payload);
});

const bridge: Bridge = {
  invoke: (channel, payload) => ipcRenderer.invoke(WIRE.invoke, channel, payload),

  on<E extends EventName>(event: E, listener: (payload: EventOf<E>) => void) {
    const relay = (name: EventName, payload: unknown): void => {
      if (name === event) listener(payload as EventOf<E>);
    };
    listeners.add(relay);
    return () => void listeners.delete(relay);
  },

  // Electron before 29 has no webUtils and puts the path on the file itself.
  pathForFile: (file) =>
    (webUtils as typeof webUtils | undefined)?.getPathForFile(file as File) ?? (file as { path?: string }).path ?? '',
};

contextBridge.exposeInMainWorld('sonomask', bridge);

// A port cannot cross contextBridge; window.postMessage hands it from this isolated world to the page.
ipcRenderer.on(WIRE.port, (event, port: PortName) => {
  const message: PortMessage = { type: WIRE.port, port };
  window.postMessage(message, window.location.origin, event.ports);
});
