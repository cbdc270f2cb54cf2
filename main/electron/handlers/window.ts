/** What the page may ask of its window. */
import type { BrowserWindow } from 'electron';
import type { Handlers } from '../ipc';

export function windowHandlers(window: () => BrowserWindow): Pick<Handlers, 'window.toggleFullScreen'> {
  return {
    'window.toggleFullScreen': () => window().setFullScreen(!window().isFullScreen()),
  };
}
