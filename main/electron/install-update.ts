/**
 * How a package becomes the program: which kind the program came in, and who installs another one of it. Each copies the
 * package to a place of its own first and checks those very bytes once more. It imports no Electron, and electron-updater only
 * when something is to be installed.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { UpdateInfo } from 'electron-updater';
import { AppError } from '../../shared/errors';
import { fetchPackage, openPlace, type PackageKind, type Update } from '../updates';

export type Installer = 'nsis' | 'squirrel' | 'dpkg';

export interface Installed {
  readonly kind: PackageKind;
  /** Undefined: a person has to do it. */
  readonly by: Installer | undefined;
}

interface Program {
  readonly platform: string;
  readonly execPath: string;
  readonly isPackaged: boolean;
  /** The environment's `APPIMAGE`. */
  readonly appImage: string | undefined;
  readonly exists?: (path: string) => boolean;
}

/** Of the program itself, which ends when it is installed. */
export interface RunningProgram {
  readonly version: string;
  quit(): void;
  /** As soon as it has ended. */
  relaunch(): void;
}

const PKEXEC = '/usr/bin/pkexec';

export function howInstalled({ platform, execPath, isPackaged, appImage, exists = existsSync }: Program): Installed {
  if (platform === 'win32') {
    const isInstalled = isPackaged && exists(join(dirname(execPath), 'Uninstall SonoMask.exe'));
    return { kind: 'exe', by: isInstalled ? 'nsis' : undefined };
  }
  if (platform === 'darwin') return { kind: 'zip', by: isPackaged ? 'squirrel' : undefined };
  if (appImage !== undefined) return { kind: 'AppImage', by: undefined };
  const isDeb = execPath.startsWith('/opt/SonoMask/') && exists('/var/lib/dpkg/info/sonomask.list');
  return isDeb ? { kind: 'deb', by: exists(PKEXEC) ? 'dpkg' : undefined } : { kind: 'tar.gz', by: undefined };
}

/**
 * Ends the program.
 *
 * @param pkexec asks for an administrator's password and runs what follows as root
 * @throws AppError `update-refused` where the system does not install it, `update-damaged`; then the program goes on
 */
export async function installUpdate(
  by: Installer,
  update: Update,
  path: string,
  program: RunningProgram,
  pkexec = PKEXEC,
): Promise<void> {
  try {
    if (by === 'dpkg') await installDeb(update, path, program, pkexec);
    else await installByUpdater(by, update, path, program);
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('update-refused', path, `${path}: ${String(cause)}`, { cause });
  }
}

/**
 * Not by electron-updater's own class for it, which goes by way of a shell, stands still meanwhile, and where packages are missing
 * has apt fetch them from a network.
 */
async function installDeb(
  { file }: Update,
  path: string,
  { quit, relaunch }: RunningProgram,
  pkexec: string,
): Promise<void> {
  const own = await mkdtemp(join(dirname(path), 'install-'));
  try {
    const copy = join(own, file.url);
    await copyChecked(file, path, copy);
    await promisify(execFile)(pkexec, ['/usr/bin/dpkg', '--install', copy]);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  relaunch();
  quit();
}

/** Windows' installer or macOS' Squirrel, by electron-updater: it gets what was verified here and asks no network. */
async function installByUpdater(
  by: 'nsis' | 'squirrel',
  { version, file }: Update,
  path: string,
  { version: current, quit }: RunningProgram,
): Promise<void> {
  const { MacUpdater, NsisUpdater } = await import('electron-updater');
  class Verified {
    readonly fileExtraDownloadHeaders = null;
    setRequestHeaders(): void {
      // It sends none.
    }
    getLatestVersion(): Promise<UpdateInfo> {
      return Promise.resolve({ version, files: [file], path: file.url, sha512: file.sha512, releaseDate: '' });
    }
    resolveFiles() {
      return [{ url: pathToFileURL(path), info: file }];
    }
  }
  const own = join(dirname(path), 'installer');
  await rm(own, { recursive: true, force: true });
  await mkdir(own, { recursive: true });
  // It wants to read where its own folder is.
  await writeFile(join(own, 'updater.yml'), 'updaterCacheDirName: package\n');
  const adapter = {
    ...{ version: current, name: 'SonoMask', isPackaged: true, userDataPath: own, baseCachePath: own },
    ...{ appUpdateConfigPath: join(own, 'updater.yml'), whenReady: () => Promise.resolve() },
    ...{ quit, relaunch: () => undefined, onQuit: () => undefined },
  };
  const updater = by === 'nsis' ? new NsisUpdater(null, adapter) : new MacUpdater(undefined, adapter);
  Object.assign(updater, {
    ...{ logger: null, autoDownload: false, autoInstallOnAppQuit: false, allowDowngrade: false },
    ...{ disableDifferentialDownload: true, disableWebInstaller: true },
    httpExecutor: { download: (_url: URL, to: string) => copyChecked(file, path, to) },
  });
  updater.setFeedURL({ provider: 'custom', updateProvider: Verified });
  const failed = new Promise<never>((_, reject) => updater.on('error', reject));
  failed.catch(() => undefined);
  await updater.checkForUpdates();
  await updater.downloadUpdate();
  if (updater instanceof MacUpdater) {
    updater.quitAndInstall();
    return failed;
  }
  updater.install(false, true);
  // Until the installer has started, or has not.
  await Promise.race([failed, pause(1_000)]);
  quit();
}

function copyChecked(file: Update['file'], from: string, to: string): Promise<void> {
  const tools = { signal: new AbortController().signal, onProgress: () => undefined };
  return fetchPackage(openPlace(dirname(from), fetch), file, to, tools);
}
