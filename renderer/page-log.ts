/** Errors of the page that nobody handles: to the developer's console whole, to the log as `pageErrors` tells them. */
import type { App } from 'vue';
import { pageErrors } from '../shared/error-trace';
import { call } from './ipc';

/** A page that fails over and over must not fill the log. */
const MOST = 50;
let logged = 0;

export function logPageError(thrown: unknown): void {
  console.error(thrown);
  if (logged++ < MOST) call('diagnostics.pageFailed', { errors: pageErrors(thrown) }).catch(() => undefined);
}

/** From now on, for as long as the page lives. */
export function logPageErrors(app: App): void {
  app.config.errorHandler = logPageError;
  addEventListener('error', ({ error }) => logPageError(error));
  addEventListener('unhandledrejection', ({ reason }) => logPageError(reason));
}
