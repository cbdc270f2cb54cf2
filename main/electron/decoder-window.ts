/**
 * The hidden window whose page decodes videos (renderer/decoder.ts) for the worker processes: WebCodecs is to be had in pages
 * alone. Opened when the first worker asks, a process of its own, so that a video that brings the decoder down costs no more.
 */
import { app, BrowserWindow, MessageChannelMain, type MessagePortMain } from 'electron';
import { join } from 'node:path';
import { DECODER_WANTED } from '../../shared/video';
import { logError } from '../log';
import { lockedPreferences } from './lockdown';
import { DECODER_URL } from './origin';

let opened: Promise<BrowserWindow> | undefined;

/** One end of a channel to the page. It closes when the page ends; the next request opens a new one. */
export async function decoderPort(): Promise<MessagePortMain> {
  opened ??= open();
  const window = await opened;
  const { port1, port2 } = new MessageChannelMain();
  window.webContents.postMessage(DECODER_WANTED, null, [port2]);
  return port1;
}

/** A program whose windows are closed ends, but for hidden ones. */
export function closeDecoder(): void {
  opened?.then((window) => window.destroy()).catch((error: unknown) => logError('decoder', error));
}

async function open(): Promise<BrowserWindow> {
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'decoder-preload.cjs'),
      ...lockedPreferences(),
      devTools: false,
      // It is never seen, and works all the same.
      backgroundThrottling: false,
    },
  });
  const forget = (): void => void (opened = undefined);
  window.on('closed', forget);
  window.webContents.on('render-process-gone', () => {
    forget();
    window.destroy();
  });
  try {
    await window.loadURL(DECODER_URL);
    return window;
  } catch (error) {
    window.destroy();
    throw error;
  }
}
