/** Once before all end-to-end tests: build the program, find Electron, open a display. */
import { build } from 'electron-vite';
import { ensureDisplay, PROJECT_ROOT } from './desktop';
import { resolveElectron, runtimeLine } from './electron-runtime';

export default async function setUp(): Promise<() => void> {
  await build({ root: PROJECT_ROOT, logLevel: 'warn' });
  console.log(runtimeLine(await resolveElectron()));
  return ensureDisplay();
}
