/** Texts of errors and of images that cannot be shown, in English: what happened, and what to do about it. */
import type { ImageProblem } from '../../shared/domain';
import type { ErrorCode } from '../../shared/errors';
import { updateErrors } from './en-updates';

interface ErrorText {
  /** `{subject}`: the file's or object's name. */
  readonly title: string;
  readonly advice: string;
}

interface ProblemText {
  /** In the study list. */
  readonly short: string;
  readonly title: string;
  readonly why: string;
  readonly advice: string;
}

export const error: Record<ErrorCode, ErrorText> = {
  'file-not-found': {
    title: '“{subject}” was not found',
    advice: 'It may have been moved or renamed, or its disk is not connected.',
  },
  'source-missing': {
    title: 'The folder that the images are in is not there',
    advice: 'Its disk or network share may not be connected. Connect it, then continue: nothing is lost.',
  },
  'file-unreadable': {
    title: '“{subject}” cannot be read',
    advice: 'Check that you may read it and that its disk is connected.',
  },
  'file-empty': { title: '“{subject}” is empty', advice: 'Copy it again from where it came from.' },
  'format-unknown': {
    title: '“{subject}” is not a format SonoMask knows',
    advice: 'PNG, JPEG, TIFF, BMP, DICOM, NIfTI, MetaImage, MP4, MOV, WebM and Motion JPEG AVI can be opened.',
  },
  'format-corrupt': { title: '“{subject}” is damaged', advice: 'Copy or export it again from where it came from.' },
  'too-large': { title: '“{subject}” is too large', advice: 'Crop or scale the image before opening it.' },
  'checkpoint-unsafe': {
    title: '“{subject}” contains program code and was refused',
    advice: 'Only weights are read. Ask its author for a checkpoint without code.',
  },
  'checkpoint-corrupt': { title: 'The checkpoint “{subject}” is damaged', advice: 'Download or copy it again.' },
  'checkpoint-mismatch': {
    title: 'The checkpoint “{subject}” does not fit this model',
    advice: 'Choose a SAMUS or AutoSAMUS checkpoint of the same architecture.',
  },
  'model-invalid': {
    title: 'The model “{subject}” cannot be used',
    advice: 'Images can be shown and drawn on; proposals and clicks need a model. Install SonoMask again.',
  },
  'label-unknown': { title: 'There is no label “{subject}”', advice: 'It may have been removed meanwhile.' },
  'prompt-invalid': {
    title: 'This prompt cannot be used ({subject})',
    advice: 'Place points and boxes inside the image.',
  },
  'graph-invalid': { title: 'The model “{subject}” cannot be computed', advice: 'Install SonoMask again.' },
  'provider-failed': {
    title: 'The compute device failed ({subject})',
    advice: 'SonoMask goes on with the next one. The status bar says which.',
  },
  'worker-died': {
    title: 'A background process ended unexpectedly ({subject})',
    advice: 'It is started again by itself. Everything shown as saved is saved.',
  },
  'project-locked': {
    title: 'The project “{subject}” is open elsewhere',
    advice: 'Close it in the other window or program, then open it here.',
  },
  'project-newer': {
    title: 'The project “{subject}” was made by a newer SonoMask',
    advice: 'Install the newer version to open it. The project was not changed.',
  },
  'project-older': {
    title: 'The project “{subject}” is of an older version',
    advice: 'Ask its administrator to run “sonomask team init” once with this version.',
  },
  'project-corrupt': {
    title: 'The project “{subject}” is damaged',
    advice: 'Restore it from a backup. The source images are not affected.',
  },
  'project-unknown': {
    title: 'The team server has no project “{subject}”',
    advice: 'Check its name and the database, or ask the administrator.',
  },
  'not-a-member': {
    title: 'You are not in the team of “{subject}”',
    advice: 'The server knows you, but the project’s administrator has given you no role in it yet.',
  },
  'revision-conflict': {
    title: 'This mask was changed elsewhere meanwhile',
    advice: 'The newer state is shown. Make the change again if it is still wanted.',
  },
  'frame-changed': {
    title: '“{subject}” is not the image this work was done on',
    advice: 'The masks made so far are kept. Put the original image back to go on.',
  },
  'size-changed': {
    title: '“{subject}” has another size now',
    advice: 'Masks fit only an image of the same width and height. Put the original back; they are kept.',
  },
  'server-unreachable': {
    title: 'The team server does not answer',
    advice: 'Nothing of this was saved. Work goes on by itself as soon as the connection is back.',
  },
  'login-refused': {
    title: 'The team server does not know this user or password',
    advice: 'Check both, or ask the administrator of the project.',
  },
  'certificate-refused': {
    title: 'The team server cannot prove who it is',
    advice: 'Nothing was sent to it. Its certificate must be valid for its name and signed by an authority you trust.',
  },
  'not-permitted': {
    title: 'Your role in this project does not permit this',
    advice: 'Nothing was changed. Reviewers accept and adjudicate; the administrator gives roles.',
  },
  'frame-leased': {
    title: 'Somebody else is working on this frame',
    advice: 'Nothing was changed. You can edit it as soon as they leave it.',
  },
  'pacs-unreachable': {
    title: 'The PACS {subject} does not answer',
    advice: 'Check its address and the network. What has come so far is kept; trying again goes on from there.',
  },
  'pacs-untrusted': {
    title: 'The PACS {subject} cannot be trusted',
    advice:
      'Its certificate is not valid for this address. A hospital’s own authority can be named in the settings of the PACS.',
  },
  'pacs-plaintext': {
    title: '{subject} would be reached without encryption',
    advice: 'Use an https address. Plain http to another computer has to be allowed in the settings of the PACS.',
  },
  'pacs-login': {
    title: 'The PACS {subject} refused the login',
    advice: 'Check user and password or token, and whether this account may do what was asked.',
  },
  'pacs-answer': {
    title: 'The PACS {subject} did not answer as DICOMweb does',
    advice: 'Check that the address is that of the DICOMweb service. Nothing of the answer was used.',
  },
  'pacs-failed': {
    title: 'The PACS {subject} could not do it',
    advice: 'Try again later, or ask whoever runs it.',
  },
  'disk-full': { title: 'There is no space left on the disk', advice: 'Free some space, then try again.' },
  'write-failed': {
    title: '“{subject}” could not be written',
    advice: 'Check that you may write there and that the disk is connected.',
  },
  'reading-blind': {
    title: 'This is a blind reading',
    advice: 'It must not show what other readers have done. Open the main reading for that.',
  },
  ...updateErrors,
  usage: { title: 'This cannot be done now ({subject})', advice: 'Nothing was changed.' },
  cancelled: { title: 'Cancelled', advice: 'Nothing was changed.' },
  internal: {
    title: 'Something went wrong inside {subject}',
    advice: 'Everything shown as saved is saved. If it happens again, start the program anew.',
  },
};

export const problem: Record<ImageProblem, ProblemText> = {
  'file-not-found': {
    short: 'File not found',
    title: 'The image file is not there',
    why: 'It was moved, renamed or deleted after it was added, or its disk is not connected.',
    advice: 'Put it back or connect the disk, then try again. Masks made on it are kept.',
  },
  'file-unreadable': {
    short: 'Cannot be read',
    title: 'The image file cannot be read',
    why: 'The system refused to read it.',
    advice: 'Check the rights of the file and that its disk is connected, then try again.',
  },
  'file-empty': {
    short: 'Empty file',
    title: 'The image file is empty',
    why: 'It has no content: most often a copy that was interrupted.',
    advice: 'Copy it again from where it came from, then try again.',
  },
  'format-unknown': {
    short: 'Not an image',
    title: 'This is not an image SonoMask can read',
    why: 'Whatever its name says, it holds no image of a kind that can be read: PNG, JPEG, TIFF, BMP, DICOM, NIfTI, MetaImage, MP4, MOV, WebM, Motion JPEG AVI.',
    advice: 'Export it as PNG from where it came from, a video as MP4 (H.264, 8 bit) or Motion JPEG AVI.',
  },
  'format-corrupt': {
    short: 'Damaged file',
    title: 'The image file is damaged',
    why: 'It begins as an image but cannot be decoded to its end.',
    advice: 'Copy or export it again from where it came from, then try again.',
  },
  'too-large': {
    short: 'Too large',
    title: 'The image is too large',
    why: 'It has more pixels than can be shown safely.',
    advice: 'Crop or scale it, then add it again.',
  },
  changed: {
    short: 'Image changed',
    title: 'The image is no longer the one your masks were made on',
    why: 'The file now has other pixels. To be safe, the masks are not shown on them.',
    advice:
      'Put the original file back, then try again. If the new image is the right one, you can keep your masks on it; untouched proposals are made anew.',
  },
};
