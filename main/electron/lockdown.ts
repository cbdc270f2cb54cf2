/** What no page of ours may ever do: leave app://, open windows, embed webviews, ask for devices. Nor Chromium by itself: ask a network. */
import { app, session, type WebPreferences } from 'electron';
import { isOurs } from './origin';

/** Applies to every session and web contents made from now on. Must run before the app is ready. */
export function lockDown(): void {
  // Chromium fetches dictionaries from Google when it starts, though no page of ours checks spelling.
  app.on('session-created', (created) => created.setSpellCheckerLanguages([]));
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      if (!isOurs(url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => event.preventDefault());
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  });
}

/** Denies every permission and every request to the network. Must run after the app is ready. */
export function denyPermissions(): void {
  const { defaultSession } = session;
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  defaultSession.setPermissionCheckHandler(() => false);
  defaultSession.setDevicePermissionHandler(() => false);
  defaultSession.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isLocal(details.url) }));
}

/** The interface itself, what it made in memory, and the developer tools of a source checkout. */
function isLocal(url: string): boolean {
  return isOurs(url) || url.startsWith('blob:') || url.startsWith('data:') || url.startsWith('devtools:');
}

/** How every window with a page of ours is made: sandboxed, isolated, without Node. */
export function lockedPreferences(): WebPreferences {
  return {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    webviewTag: false,
    spellcheck: false,
    devTools: !app.isPackaged,
  };
}
