/** Channels about the program itself, its menu and the system's dialogs. */
import { z } from 'zod';
import { COMMAND_IDS, type CommandId } from '../commands';
import { absolutePath, channel } from './channel';

const commandId = z.enum(COMMAND_IDS as readonly [CommandId, ...CommandId[]]);

export const appChannels = {
  'app.info': channel(
    z.undefined(),
    z.object({
      version: z.string(),
      electron: z.string(),
      chrome: z.string(),
      /** As Node's `process.platform`. */
      platform: z.string(),
      packaged: z.boolean(),
    }),
  ),
  /** The page listens to events now; those that waited for it are told. */
  'app.ready': channel(z.undefined(), z.void()),
  /** What the menu shows: commands that can do nothing now, and toggles and choices that are on. */
  'menu.setState': channel(z.object({ disabled: z.array(commandId), checked: z.array(commandId) }), z.void()),
  /** What the user's keyboard has where a US one has another sign, for the menu to show. */
  'menu.setLetters': channel(z.record(z.string().max(16), z.string().max(4)), z.void()),
  /** Opens the system's file manager with this file or folder selected. */
  'app.showInFolder': channel(z.object({ path: absolutePath }), z.void()),
};

/** Absolute paths; null where the user cancelled. */
export const dialogChannels = {
  'dialog.openFolder': channel(z.undefined(), z.string().nullable()),
  'dialog.openFiles': channel(z.undefined(), z.array(z.string()).nullable()),
  'dialog.openProject': channel(z.undefined(), z.string().nullable()),
  'dialog.chooseExportFolder': channel(z.undefined(), z.string().nullable()),
  'dialog.chooseImportFolder': channel(z.undefined(), z.string().nullable()),
  'dialog.chooseImportFiles': channel(z.undefined(), z.array(z.string()).nullable()),
  'dialog.chooseArchiveFolder': channel(z.undefined(), z.string().nullable()),
  'dialog.chooseUpdateFolder': channel(z.undefined(), z.string().nullable()),
  'dialog.chooseCertificate': channel(z.undefined(), z.string().nullable()),
  /** Where to write a head version, under this name unless the user chooses another. */
  'dialog.saveHead': channel(z.object({ name: z.string().min(1).max(255) }), z.string().nullable()),
  'dialog.openHead': channel(z.undefined(), z.string().nullable()),
};
