/**
 * The page in the window as main sees it: something to tell things to. What is told before the page listens waits until
 * it says `app.ready`, also after it was loaded again. Requests go the other way, through ipc.ts.
 */
import type { BrowserWindow, MessagePortMain } from 'electron';
import { WIRE, type EventName, type EventOf, type PortName } from '../../shared/ipc';

export class Page {
  #window: BrowserWindow | undefined;
  #ready = false;
  #waiting: ((window: BrowserWindow) => void)[] = [];

  /** Undefined while the window is closed, which on macOS does not end the program. */
  get window(): BrowserWindow | undefined {
    return this.#window;
  }

  show(window: BrowserWindow): void {
    this.#window = window;
    const notReady = (): void => void (this.#ready = false);
    window.webContents.on('did-navigate', notReady);
    // Before whoever tells the page that it died: a page that is gone would not hear it.
    window.webContents.prependListener('render-process-gone', notReady);
    window.on('closed', () => {
      this.#window = undefined;
      this.#ready = false;
    });
  }

  /** The page listens now. */
  ready(): void {
    this.#ready = true;
    for (const deliver of this.#waiting.splice(0)) this.#deliver(deliver);
  }

  tell<E extends EventName>(event: E, payload: EventOf<E>): void {
    this.#deliver((window) => window.webContents.send(WIRE.event, event, payload));
  }

  /** Hands the page one end of a channel to a worker; the page hears of it through `onPort` (renderer/ipc.ts). */
  givePort(name: PortName, port: MessagePortMain): void {
    this.#deliver((window) => window.webContents.postMessage(WIRE.port, name, [port]));
  }

  #deliver(deliver: (window: BrowserWindow) => void): void {
    if (this.#ready && this.#window && !this.#window.isDestroyed()) deliver(this.#window);
    else this.#waiting.push(deliver);
  }
}
