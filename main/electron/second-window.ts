/**
 * The second window: the image alone, for another monitor. Its page (renderer/second) has no bridge to main: it asks main
 * for nothing but pixels (app://sonomask/frame/…), and what it is to show the first window tells it over a
 * BroadcastChannel. Ends with the first window.
 */
import { app, BrowserWindow, screen } from 'electron';
import { join } from 'node:path';
import { lockedPreferences } from './lockdown';
import { SECOND_URL } from './origin';
import { SMALLEST } from './window-state';

export class SecondWindow {
  #window: BrowserWindow | undefined;

  /** @param changed whether it is open now */
  constructor(private readonly changed: (open: boolean) => void) {}

  toggle(beside: BrowserWindow): void {
    if (this.#window) this.#window.close();
    else this.#open(beside);
  }

  close(): void {
    this.#window?.destroy();
  }

  #open(beside: BrowserWindow): void {
    const used = screen.getDisplayMatching(beside.getBounds());
    const other = screen.getAllDisplays().find(({ id }) => id !== used.id);
    const { x, y, width, height } = (other ?? used).workArea;
    const window = new BrowserWindow({
      ...(other ? { x, y, width, height } : { width: Math.round(width * 0.6), height: Math.round(height * 0.6) }),
      minWidth: Math.round(SMALLEST.width / 2),
      minHeight: Math.round(SMALLEST.height / 2),
      backgroundColor: '#000000',
      title: 'SonoMask',
      icon: join(app.getAppPath(), 'main/electron/packaging/icons/512x512.png'),
      webPreferences: lockedPreferences(),
    });
    // Commands are the first window's.
    window.removeMenu();
    window.webContents.on('before-input-event', (_event, { type, key }) => {
      if (type !== 'keyDown') return;
      if (key === 'F11') window.setFullScreen(!window.isFullScreen());
      if (key === 'Escape') window.setFullScreen(false);
    });
    window.on('closed', () => {
      this.#window = undefined;
      this.changed(false);
    });
    window.webContents.on('render-process-gone', () => window.destroy());
    this.#window = window;
    this.changed(true);
    window.loadURL(SECOND_URL).catch(() => window.destroy());
  }
}
