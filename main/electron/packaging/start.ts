/**
 * `npm start`: builds the program, finds an Electron (test/support/electron-runtime.ts) and opens the window; on the
 * sample study unless files or a folder are named (`npm start -- FOLDER`).
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { build } from 'electron-vite';
import { resolveElectron, runtimeLine } from '../../../test/support/electron-runtime';

const root = resolve(import.meta.dirname, '../../..');

await build({ root, logLevel: 'warn' });
const runtime = await resolveElectron();
console.log(runtimeLine(runtime));

// Chromium refuses to sandbox for root; everybody else gets the sandbox.
const flags = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
const given = process.argv.slice(2);
const electron = spawn(runtime.executablePath, [...flags, root, ...(given.length ? given : ['--sample-study'])], {
  stdio: 'inherit',
});
electron.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
