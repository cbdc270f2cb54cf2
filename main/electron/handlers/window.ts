/** What the page may ask of its windows. */
import type { BrowserWindow } from 'electron';
import type { Handlers } from '../ipc';
import type { SecondWindow } from '../second-window';

type Channels = 'window.toggleFullScreen' | 'window.toggleSecond';

export function windowHandlers(window: () => BrowserWindow, second: SecondWindow): Pick<Handlers, Channels> {
  return {
    'window.toggleFullScreen': () => window().setFullScreen(!window().isFullScreen()),
    'window.toggleSecond': () => second.toggle(window()),
  };
}
