/**
 * `npm run dist:dir`: builds the program and puts it together, unpacked, with the Electron that test/support finds; for
 * trying a package where GitHub does not answer. Arguments go on to electron-builder. A stand-in runtime may be used
 * here and never in `npm run dist`, which lets electron-builder fetch the real one.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'electron-vite';
import { writeLauncher } from './launcher';
import { writeNotices } from './notices';
import { resolveElectron, runtimeLine } from '../../../test/support/electron-runtime';

const root = resolve(import.meta.dirname, '../../..');

await build({ root, logLevel: 'warn' });
writeNotices();
writeLauncher();
const runtime = await resolveElectron();
console.log(runtimeLine(runtime));
const { stdout } = await promisify(execFile)(
  process.execPath,
  [
    resolve(root, 'node_modules/electron-builder/cli.js'),
    '--dir',
    `-c.electronDist=${runtime.distPath}`,
    `-c.electronVersion=${runtime.version}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, maxBuffer: 16 * 1024 * 1024 },
);
console.log(stdout);
