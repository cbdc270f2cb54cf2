/** The one window of the program: how it is made, remembered and revived. What it shows is the renderer's affair. */
import { app, BrowserWindow, dialog, screen } from 'electron';
import { join } from 'node:path';
import type { Theme } from '../../shared/ipc';
import { lockedPreferences } from './lockdown';
import { START_URL } from './origin';
import { Store } from './store';
import { SMALLEST, usableBounds, windowStateSchema, type WindowState } from './window-state';

/** Shown before the first paint, so that opening does not flash; the same as the interface's own. */
const BACKGROUND: Readonly<Record<Theme, string>> = { dark: '#101418', light: '#f5f7f9' };
const SAVE_DELAY_MS = 400;
const CRASHES_TOLERATED = 3;
const CRASH_WINDOW_MS = 60_000;

export function openMainWindow(theme: Theme, onRendererCrash: (reason: string) => void): BrowserWindow {
  const state = new Store<WindowState>(join(app.getPath('userData'), 'window.json'), windowStateSchema);
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
  const window = new BrowserWindow({
    ...usableBounds(state.value.bounds, [primary.workArea, ...others.map((display) => display.workArea)]),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    backgroundColor: BACKGROUND[theme],
    title: 'SonoMask',
    icon: join(app.getAppPath(), 'main/electron/packaging/icons/512x512.png'),
    webPreferences: {
      preload: join(app.getAppPath(), 'out', 'preload', 'preload.cjs'),
      ...lockedPreferences(),
    },
  });
  if (state.value.maximized) window.maximize();
  window.once('ready-to-show', () => window.show());
  rememberState(window, state);
  reviveAfterCrash(window, onRendererCrash);
  void window.loadURL(START_URL);
  return window;
}

export function repaintBackground(window: BrowserWindow, theme: Theme): void {
  window.setBackgroundColor(BACKGROUND[theme]);
}

function rememberState(window: BrowserWindow, state: Store<WindowState>): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed() || window.isMinimized() || window.isFullScreen()) return;
    // A window that cannot be remembered is no reason to disturb anybody.
    state.set({ bounds: window.getNormalBounds(), maximized: window.isMaximized() }).catch(() => undefined);
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('close', save);
}

/** Loads the page again after its process died; gives up when it dies over and over. */
function reviveAfterCrash(window: BrowserWindow, onRendererCrash: (reason: string) => void): void {
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, details) => {
    if (details.reason === 'clean-exit') return;
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    if (crashes.length > CRASHES_TOLERATED) {
      dialog.showErrorBox('SonoMask', `${details.reason} (${details.exitCode})`);
      app.exit(1);
      return;
    }
    onRendererCrash(details.reason);
    void window.loadURL(START_URL);
  });
}
