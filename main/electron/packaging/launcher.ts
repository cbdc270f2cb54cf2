/**
 * `out/linux/sonomask`, which every Linux package starts the program by: what is a command is told from what the window opens
 * before Chromium has its say, since Chromium needs a display, refuses root, and takes any `--option` for its own.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { COMMANDS } from '../../cli';

const root = resolve(import.meta.dirname, '../../..');

/**
 * A command's first word is a command also where a file is called so; another word is one, mistyped, unless there is such a
 * file. Nothing is shown by a command, so there is no page to confine, and a display is used only where there is one: the
 * headless platform starts in Electron 40, and not in 25.
 */
function launcher(): string {
  const words = [...new Set(COMMANDS.map(({ name }) => name.split(' ')[0]))];
  return `#!/bin/sh
# Starts SonoMask: a command runs without a window, anything else opens one. Made by main/electron/packaging/launcher.ts.
program="$(dirname "$(readlink -f "$0")")/sonomask-bin"
case "\${1-}" in
  ${words.join(' | ')} | help | --help) ;;
  '' | -* | */*) exec "$program" "$@" ;;
  *) if [ -e "$1" ]; then exec "$program" "$@"; fi ;;
esac
if [ -z "\${DISPLAY-}\${WAYLAND_DISPLAY-}" ]; then display=--ozone-platform=headless; else display=; fi
exec "$program" --command-line --no-sandbox --no-zygote --disable-gpu --log-level=3 $display -- "$@"
`;
}

export function writeLauncher(out = join(root, 'out')): void {
  mkdirSync(join(out, 'linux'), { recursive: true });
  writeFileSync(join(out, 'linux', 'sonomask'), launcher(), { mode: 0o755 });
}

if (process.argv[1] === import.meta.filename) writeLauncher();
