/** Texts of the interface in English; the form every other language must have. Command names are in shared. */
import type { ErrorCode } from '../../shared/errors';

const error: Record<ErrorCode, string> = {
  'file-not-found': 'Not found: {subject}',
  'file-unreadable': 'Cannot be read: {subject}',
  'file-empty': 'The file is empty: {subject}',
  'format-unknown': 'Not a format SonoMask knows: {subject}',
  'format-corrupt': 'The file is damaged: {subject}',
  'too-large': 'Too large: {subject}',
  'checkpoint-unsafe': 'The checkpoint contains code and was refused: {subject}',
  'checkpoint-corrupt': 'The checkpoint is damaged: {subject}',
  'checkpoint-mismatch': 'The checkpoint does not fit this model: {subject}',
  'model-invalid': 'The model cannot be used: {subject}',
  'label-unknown': 'There is no such label: {subject}',
  'prompt-invalid': 'This prompt cannot be used: {subject}',
  'graph-invalid': 'The computation graph is invalid: {subject}',
  'provider-failed': 'The compute device failed: {subject}',
  'worker-died': 'A background process ended unexpectedly: {subject}',
  'project-locked': 'The project is open in another window or program: {subject}',
  'project-newer': 'The project was made by a newer version of SonoMask: {subject}',
  'project-corrupt': 'The project is damaged: {subject}',
  'disk-full': 'There is no space left on the disk: {subject}',
  'write-failed': 'Could not be written: {subject}',
  usage: 'This cannot be done now: {subject}',
  'revision-conflict': 'The mask was changed elsewhere meanwhile: {subject}',
  'frame-changed': 'The source image is not the one this work was done on: {subject}',
  cancelled: 'Cancelled',
  internal: 'Something went wrong inside SonoMask: {subject}',
};

export const en = {
  app: {
    tagline: 'Annotation of ultrasound: AutoSAMUS proposes, a click corrects.',
    interfaceRestarted: 'The interface was restarted after it ended unexpectedly. Everything saved is here.',
    workerRestarted: 'A background process ({worker}) was restarted.',
  },
  start: {
    openFolder: 'Open a folder',
    trySample: 'Try the sample study',
    dropHint: 'or drop images or a folder here',
    recent: 'Recent projects',
    notThere: 'not available',
  },
  settings: {
    title: 'Settings',
    language: 'Language',
    systemLanguage: 'System',
    theme: 'Theme',
    dark: 'Dark',
    light: 'Light',
  },
  error,
};

/** The form of a language file: the same keys, any text. */
export type Messages = typeof en;
