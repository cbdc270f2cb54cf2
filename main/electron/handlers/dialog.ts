/** The system's dialogs for choosing files and folders. They only answer paths; nothing is opened here. */
import { dialog, type BrowserWindow, type OpenDialogOptions } from 'electron';
import type { Language } from '../../../shared/language';
import type { Handlers } from '../ipc';
import { TEXTS } from '../texts';

/** The dialog knows the last part of a name alone: `gz` stands for `.nii.gz`. */
const IMAGE_EXTENSIONS = 'png jpg jpeg tif tiff bmp dcm dicom dic ima nii gz mhd mha avi mp4 m4v mov webm mkv'.split(
  ' ',
);
const MASK_EXTENSIONS = ['png', 'json', 'txt', 'nii', 'gz', 'dcm'];
const CERTIFICATE_EXTENSIONS = ['pem', 'crt', 'cer'];
const HEAD_EXTENSIONS = ['safetensors'];

type Channels =
  | 'dialog.openFolder'
  | 'dialog.openFiles'
  | 'dialog.openProject'
  | 'dialog.chooseExportFolder'
  | 'dialog.chooseImportFolder'
  | 'dialog.chooseImportFiles'
  | 'dialog.chooseArchiveFolder'
  | 'dialog.chooseUpdateFolder'
  | 'dialog.chooseCertificate'
  | 'dialog.saveHead'
  | 'dialog.openHead';

export function dialogHandlers(window: () => BrowserWindow, language: () => Language): Pick<Handlers, Channels> {
  const choose = async (title: keyof typeof TEXTS, options: OpenDialogOptions): Promise<string[] | null> => {
    const chosen = await dialog.showOpenDialog(window(), { title: TEXTS[title][language()], ...options });
    return chosen.canceled ? null : chosen.filePaths;
  };
  const heads = () => [{ name: TEXTS.heads[language()], extensions: HEAD_EXTENSIONS }];
  const first = (paths: string[] | null): string | null => paths?.[0] ?? null;
  return {
    'dialog.openFolder': async () => first(await choose('openFolder', { properties: ['openDirectory'] })),
    'dialog.openFiles': () =>
      choose('openFiles', {
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: TEXTS.images[language()], extensions: IMAGE_EXTENSIONS },
          { name: TEXTS.allFiles[language()], extensions: ['*'] },
        ],
      }),
    // macOS shows a project folder as one file (Info.plist calls it a package), hence both properties.
    'dialog.openProject': async () =>
      first(
        await choose('openProject', {
          properties: process.platform === 'darwin' ? ['openFile', 'openDirectory'] : ['openDirectory'],
        }),
      ),
    'dialog.chooseExportFolder': async () =>
      first(await choose('chooseExportFolder', { properties: ['openDirectory', 'createDirectory'] })),
    'dialog.chooseImportFolder': async () => first(await choose('chooseImport', { properties: ['openDirectory'] })),
    'dialog.chooseImportFiles': () =>
      choose('chooseImport', {
        properties: ['openFile', 'multiSelections'],
        filters: [
          { name: TEXTS.masks[language()], extensions: MASK_EXTENSIONS },
          { name: TEXTS.allFiles[language()], extensions: ['*'] },
        ],
      }),
    'dialog.chooseArchiveFolder': async () =>
      first(await choose('chooseArchiveFolder', { properties: ['openDirectory', 'createDirectory'] })),
    'dialog.chooseUpdateFolder': async () =>
      first(await choose('chooseUpdateFolder', { properties: ['openDirectory'] })),
    'dialog.chooseCertificate': async () =>
      first(
        await choose('chooseCertificate', {
          properties: ['openFile'],
          filters: [
            { name: TEXTS.certificates[language()], extensions: CERTIFICATE_EXTENSIONS },
            { name: TEXTS.allFiles[language()], extensions: ['*'] },
          ],
        }),
      ),
    'dialog.saveHead': async ({ name }) => {
      const title = TEXTS.saveHead[language()];
      const { canceled, filePath } = await dialog.showSaveDialog(window(), {
        title,
        defaultPath: name,
        filters: heads(),
      });
      return canceled || !filePath ? null : filePath;
    },
    'dialog.openHead': async () => first(await choose('openHead', { properties: ['openFile'], filters: heads() })),
  };
}
