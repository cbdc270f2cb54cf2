/** Every dialog with the command that opens it over a project: what accessibility and layout tests look at. Add yours here. */
export const DIALOGS: Readonly<Record<string, string>> = {
  export: 'export.open',
  import: 'import.open',
  file: 'file.describe',
  settings: 'settings.open',
  keys: 'settings.keys',
  shortcuts: 'help.shortcuts',
  palette: 'help.palette',
  about: 'help.about',
  dashboard: 'view.dashboard',
  learn: 'learning.start',
  versions: 'learning.versions',
  readers: 'review.readers',
  agreement: 'review.agreement',
  adjudication: 'review.adjudicate',
  history: 'review.history',
  manual: 'help.manual',
};
