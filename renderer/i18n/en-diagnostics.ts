/** Words of the diagnostics. */
export const diagnostics = {
  title: 'Copy Diagnostics',
  what: 'This text is all that is copied. It names no patient, file, label or user. Nothing is sent: paste it where you ask for help.',
  text: 'Diagnostics',
  copy: 'Copy',
  copied: 'Diagnostics copied',
  showLog: 'Show Log Folder',
};
