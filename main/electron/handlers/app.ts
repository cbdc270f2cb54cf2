/** Answers about the program itself. */
import { app, shell } from 'electron';
import { existsSync } from 'node:fs';
import type { CommandId } from '../../../shared/commands';
import { AppError } from '../../../shared/errors';
import type { Letters } from '../../../shared/shortcut';
import type { Handlers } from '../ipc';

export function appHandlers(
  ready: () => void,
  setMenuState: (state: { disabled: CommandId[]; checked: CommandId[] }) => void,
  setLetters: (letters: Letters) => void,
): Pick<Handlers, 'app.info' | 'app.ready' | 'app.showInFolder' | 'menu.setState' | 'menu.setLetters'> {
  return {
    'app.info': () => ({
      version: app.getVersion(),
      electron: process.versions.electron,
      chrome: process.versions.chrome,
      platform: process.platform,
      packaged: app.isPackaged,
    }),
    'app.ready': ready,
    'app.showInFolder': ({ path }) => {
      if (!existsSync(path)) throw new AppError('file-not-found', path, 'there is no such file or folder');
      shell.showItemInFolder(path);
    },
    'menu.setState': setMenuState,
    'menu.setLetters': setLetters,
  };
}
