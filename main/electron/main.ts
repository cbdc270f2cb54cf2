/** Where the desktop program starts: puts the parts together and owns the order in which they come up. */
import { app, dialog, nativeTheme, type BrowserWindow } from 'electron';
import { join } from 'node:path';
import type { CommandId } from '../../shared/commands';
import type { Letters } from '../../shared/shortcut';
import { logError, type LogFile } from '../log';
import { actingUser } from './acting-user';
import { Archives } from './archives';
import { commandIn, COMMAND_LINE_SWITCH, pathsIn, SAMPLE_SWITCH } from './arguments';
import { appHandlers } from './handlers/app';
import { backupHandlers } from './handlers/backup';
import { batchHandlers } from './handlers/batch';
import { dashboardHandlers } from './handlers/dashboard';
import { diagnosticsHandlers } from './handlers/diagnostics';
import { dialogHandlers } from './handlers/dialog';
import { exportHandlers } from './handlers/export';
import { propagationHandlers } from './handlers/propagation';
import { imageHandlers } from './handlers/image';
import { importHandlers } from './handlers/import';
import { inferenceHandlers } from './handlers/inference';
import { labelHandlers } from './handlers/labels';
import { learningHandlers } from './handlers/learning';
import { maskHandlers } from './handlers/masks';
import { pacsHandlers } from './handlers/pacs';
import { projectHandlers } from './handlers/project';
import { readingHandlers } from './handlers/readings';
import { adjudicationHandlers } from './handlers/adjudication';
import { agreementHandlers } from './handlers/agreement';
import { commentHandlers } from './handlers/comments';
import { settingsHandlers } from './handlers/settings';
import { studyHandlers } from './handlers/study';
import { teamHandlers } from './handlers/team';
import { runCommandLine } from './command-line';
import { closeDecoder } from './decoder-window';
import { updates } from './handlers/updates';
import { verifyHandlers } from './handlers/verify';
import { windowHandlers } from './handlers/window';
import { answerRequests } from './ipc';
import { denyPermissions, lockDown } from './lockdown';
import { startLogging } from './logging';
import { showMenu } from './menu';
import { Page } from './page';
import { answerPixels } from './pixels';
import { PreferenceStore } from './preferences';
import { ProjectSession } from './project-session';
import { declareScheme, serveInterface } from './protocol';
import { RecentProjects } from './recent-projects';
import { writesFinished } from './store';
import { SecondWindow } from './second-window';
import { StudyDesk } from './study-desk';
import { TeamLogins } from './team-logins';
import { UserSettings } from './user-settings';
import { systemVault } from './vault';
import { openMainWindow, repaintBackground } from './window';
import { Workstation } from './workstation';

const page = new Page();

/** Files and folders from outside the window: its command line, a second start, the system's "open with". */
function givePaths(paths: readonly string[]): void {
  if (paths.length > 0) page.tell('files.given', { paths: [...paths] });
}

function bringToFront(): void {
  const { window } = page;
  if (window?.isMinimized()) window.restore();
  window?.show();
  window?.focus();
}

function start(log: LogFile): void {
  const profile = app.getPath('userData');
  const settings = new UserSettings(profile, app.getPreferredSystemLanguages());
  const recent = new RecentProjects(profile);
  let menuState: { disabled: CommandId[]; checked: CommandId[] } = { disabled: [], checked: [] };
  let letters: Letters = {};

  // What this computer keeps of teams' projects: embeddings, thumbnails, copies of heads.
  process.env['SONOMASK_SHARED_FOLDER'] ??= join(profile, 'shared');

  const preferences = new PreferenceStore(profile);
  const session = new ProjectSession(
    recent,
    (project) => {
      workstation.projectChanged(project);
      page.tell('project.changed', project);
      refreshMenu();
    },
    () => workstation.projectCloses(),
  );

  const workstation = new Workstation(session, page, preferences);
  const documents = join(app.getPath('documents'), 'SonoMask');
  const desk = new StudyDesk(session, workstation, page, {
    ...{ documents, userData: profile },
    pseudonyms: () => settings.effective.settings.pseudonyms,
    user: () => actingUser(session, preferences),
  });

  const refreshMenu = (): void => {
    showMenu(
      { effective: settings.effective, recent: recent.list(), letters, ...menuState },
      {
        command: (id) => page.tell('command', { id }),
        openRecent: (path) => givePaths([path]),
        clearRecent: () => void recent.clear().then(refreshMenu),
        changeSettings: (change) => void settings.change(change),
      },
    );
  };

  const updating = updates({ settings, workstation, page, profile });
  const second = new SecondWindow((open) => page.tell('window.second', { open }));

  const applyTheme = (): void => {
    nativeTheme.themeSource = settings.effective.settings.theme;
    if (page.window) repaintBackground(page.window, settings.effective.settings.theme);
  };

  settings.onChange((effective) => {
    applyTheme();
    refreshMenu();
    page.tell('settings.changed', effective);
  });

  serveInterface(join(app.getAppPath(), 'out', 'renderer'), (url) => answerPixels(url, workstation.source));
  denyPermissions();
  applyTheme();
  refreshMenu();

  answerRequests({
    ...appHandlers(
      () => {
        page.ready();
        workstation.pageListens();
        updating.lookAtStart();
      },
      (state) => {
        menuState = state;
        refreshMenu();
      },
      (found) => {
        letters = found;
        refreshMenu();
      },
    ),
    ...dialogHandlers(mainWindow, () => settings.effective.language),
    ...diagnosticsHandlers(log, session, workstation),
    ...dashboardHandlers(session, preferences, mainWindow, () => settings.effective.language),
    ...windowHandlers(mainWindow, second),
    ...projectHandlers(session, recent),
    ...settingsHandlers(settings, session, preferences),
    ...updating.handlers,
    ...studyHandlers(desk, session, workstation, preferences, page),
    ...imageHandlers(session, workstation),
    ...labelHandlers(workstation.inference, session, preferences, page),
    ...maskHandlers(workstation, session, preferences, page),
    ...inferenceHandlers(workstation.inference, preferences),
    ...learningHandlers(session, workstation),
    ...backupHandlers(session, workstation, preferences),
    ...verifyHandlers(session, workstation, page),
    ...batchHandlers(workstation),
    ...exportHandlers(session, workstation, preferences, page),
    ...propagationHandlers(session, workstation, preferences, page),
    ...importHandlers(session, workstation, preferences, page),
    ...readingHandlers(session, preferences),
    ...agreementHandlers(session, workstation, page),
    ...adjudicationHandlers(session, workstation, preferences, page),
    ...commentHandlers(session, preferences),
    ...teamHandlers(session, workstation, new TeamLogins(profile, systemVault, process.env)),
    ...pacsHandlers({
      ...{ session, workstation, preferences, page, documents },
      archives: new Archives(profile, systemVault),
    }),
  });

  const open = (): void => {
    const restarted = (reason: string): void => page.tell('worker.restarted', { worker: 'interface', reason });
    const window = openMainWindow(settings.effective.settings.theme, restarted);
    window.on('closed', closeDecoder);
    window.on('closed', () => second.close());
    page.show(window);
  };
  open();
  app.on('activate', () => {
    if (!page.window) open();
  });

  app.on('will-quit', (event) => {
    event.preventDefault();
    void Promise.allSettled([session.close(), writesFinished()]).then(() => {
      workstation.dispose();
      // A second `quit` is sometimes ignored (seen on Electron 25 under Linux): the program stayed without a window.
      app.exit(0);
    });
  });
}

function mainWindow(): BrowserWindow {
  if (!page.window) throw new Error('the window is closed');
  return page.window;
}

/** The tests and anybody who wants a second, separate profile pass Chromium's own flag for it. */
function chooseProfile(): void {
  const chosen = app.commandLine.getSwitchValue('user-data-dir');
  if (chosen) app.setPath('userData', chosen);
}

function startWindow(): void {
  chooseProfile();
  declareScheme();
  if (!app.requestSingleInstanceLock()) {
    app.quit();
    return;
  }
  const log = startLogging();
  givePaths(pathsIn(process.argv, app.isPackaged, process.cwd()));
  if (app.commandLine.hasSwitch(SAMPLE_SWITCH)) page.tell('command', { id: 'study.openSample' });
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
    .then(() => start(log))
    .catch((error: unknown) => {
      logError('start', error);
      dialog.showErrorBox('SonoMask', error instanceof Error ? error.message : String(error));
      app.exit(1);
    });
}

app.setName('SonoMask');
lockDown();
if (app.commandLine.hasSwitch(COMMAND_LINE_SWITCH)) void runCommandLine(commandIn(process.argv));
else startWindow();
