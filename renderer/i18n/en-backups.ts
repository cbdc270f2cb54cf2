/** Texts of backups in English. */
export const backups = {
  title: 'Backups of “{name}”',
  about:
    'Made by itself when a project is opened and every hour of work. Kept are the latest 5, the last of each of 7 days and of each of 4 weeks.',
  damaged:
    'This project is damaged. Restore a backup to go on; the damaged file is kept, and the source images are not affected.',
  damagedEmpty: 'This project is damaged, and it has no backup. The source images are not affected.',
  changed:
    'The file of this project is not what it was when SonoMask closed it: the disk may have failed, or another program has changed it. Look at your masks, or restore a backup.',
  team: 'This project is on a team server. Its backups are made there, by its administrator.',
  loading: 'Reading the backups…',
  empty: 'No backup yet. The first is made within an hour of work.',
  list: 'Backups',
  masks: 'no masks | {n} mask | {n} masks',
  size: '{n} MB',
  aside: 'before a restore',
  broken: 'damaged, cannot be restored',
  restore: 'Restore…',
  restoreOf: 'Restore the backup of {time}…',
  question:
    'Go back to {time}? No edit of a mask is lost. {kept} | Go back to {time}? {n} edit of a mask made since then is not in it. {kept} | Go back to {time}? {n} edits of masks made since then are not in it. {kept}',
  questionUnknown: 'Go back to {time}? What was done since then is not in it. {kept}',
  kept: 'The present state is kept in this list, so you can return to it.',
  yes: 'Restore',
  no: 'Keep as It Is',
  make: 'Back Up Now',
  close: 'Close',
  nothingNew: 'Nothing has been done since the last backup',
  failed: 'No backup could be made; your edits are saved',
  restored: 'The backup was restored',
  restoredHint: 'The state before is among the backups.',
};
