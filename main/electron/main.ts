/** Where the desktop program starts: puts the parts together and owns the order in which they come up. */
import { app, BrowserWindow, dialog, nativeTheme } from 'electron';
import { join } from 'node:path';
import type { CommandId } from '../../shared/commands';
import { pathsIn } from './arguments';
import { appHandlers } from './handlers/app';
import { dialogHandlers } from './handlers/dialog';
import { projectHandlers } from './handlers/project';
import { settingsHandlers } from './handlers/settings';
import { answerRequests, tell } from './ipc';
import { denyPermissions, lockDown } from './lockdown';
import { showMenu } from './menu';
import { ProjectSession } from './project-session';
import { declareScheme, serveInterface } from './protocol';
import { RecentProjects } from './recent-projects';
import { writesFinished } from './store';
import { UserSettings } from './user-settings';
import { openMainWindow, repaintBackground } from './window';

let window: BrowserWindow | undefined;
/** Files given before the interface could take them. */
const waitingPaths: string[] = [];

function givePaths(paths: readonly string[]): void {
  waitingPaths.push(...paths);
  if (waitingPaths.length === 0 || !window || window.webContents.isLoading()) return;
  tell(window, 'files.given', { paths: waitingPaths.splice(0) });
}

function bringToFront(): void {
  if (!window) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

function start(): void {
  const profile = app.getPath('userData');
  const settings = new UserSettings(profile, app.getPreferredSystemLanguages());
  const recent = new RecentProjects(profile);
  let menuState: { disabled: CommandId[]; checked: CommandId[] } = { disabled: [], checked: [] };

  const session = new ProjectSession(recent, (project) => {
    tell(window, 'project.changed', project);
    refreshMenu();
  });

  const refreshMenu = (): void => {
    showMenu(
      { effective: settings.effective, recent: recent.list(), ...menuState },
      {
        command: (id) => tell(window, 'command', { id }),
        openRecent: (path) => givePaths([path]),
        clearRecent: () => void recent.clear().then(refreshMenu),
        changeSettings: (change) => void settings.change(change),
      },
    );
  };

  const applyTheme = (): void => {
    nativeTheme.themeSource = settings.effective.settings.theme;
    if (window) repaintBackground(window, settings.effective.settings.theme);
  };

  settings.onChange((effective) => {
    applyTheme();
    refreshMenu();
    tell(window, 'settings.changed', effective);
  });

  serveInterface(join(app.getAppPath(), 'out', 'renderer'));
  denyPermissions();
  applyTheme();
  refreshMenu();

  answerRequests({
    ...appHandlers((state) => {
      menuState = state;
      refreshMenu();
    }),
    ...dialogHandlers(mainWindow, () => settings.effective.language),
    ...projectHandlers(session, recent),
    ...settingsHandlers(settings),
  });

  const open = (): void => {
    window = openMainWindow(settings.effective.settings.theme, (reason) =>
      tell(window, 'worker.restarted', { worker: 'interface', reason }),
    );
    window.webContents.on('did-finish-load', () => givePaths([]));
    window.on('closed', () => (window = undefined));
  };
  open();
  app.on('activate', () => {
    if (!window) open();
  });

  let finished = false;
  app.on('will-quit', (event) => {
    if (finished) return;
    event.preventDefault();
    void Promise.allSettled([session.close(), writesFinished()]).then(() => {
      finished = true;
      app.quit();
    });
  });
}

function mainWindow(): BrowserWindow {
  if (!window) throw new Error('the window is closed');
  return window;
}

/** The tests and anybody who wants a second, separate profile pass Chromium's own flag for it. */
function chooseProfile(): void {
  const chosen = app.commandLine.getSwitchValue('user-data-dir');
  if (chosen) app.setPath('userData', chosen);
}

app.setName('SonoMask');
chooseProfile();
declareScheme();
lockDown();

if (!app.requestSingleInstanceLock()) {
  app.quit();
} else {
  givePaths(pathsIn(process.argv, app.isPackaged, process.cwd()));
  app.on('second-instance', (_event, argv, cwd) => {
    bringToFront();
    givePaths(pathsIn(argv, app.isPackaged, cwd));
  });
  app.on('open-file', (event, path) => {
    event.preventDefault();
    givePaths([path]);
  });
  app.on('window-all-closed', () => app.quit());
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      console.error(error);
      dialog.showErrorBox('SonoMask', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
}
