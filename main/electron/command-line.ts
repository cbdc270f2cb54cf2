/**
 * The packed program as the command line: no window, and no other instance to ask. Its commands are those of a checkout
 * (main/cli); their workers are utility processes, since nothing else can be started as Node.
 */
import { app } from 'electron';
import { mkdtempSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { NO_DECODER } from '../../shared/video';
import { utilityWorker } from './utility-transport';

/** Runs the command and ends the process with its exit code. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  app.setPath('userData', chromiumFolder());
  await app.whenReady();
  endAsNodeDoes();
  const { ownTerminal, runCli } = await import('../cli');
  const terminal = ownTerminal((code) => app.exit(code));
  const code = await runCli(argv, terminal, (name, env) => utilityWorker(name, { ...env, [NO_DECODER]: '1' }));
  await Promise.all([process.stdout, process.stderr].map(written));
  app.exit(code);
}

/** Chromium wants one, the profile itself may be a running window's, and who runs services often has no home. */
function chromiumFolder(): string {
  try {
    return join(app.getPath('userData'), 'command-line');
  } catch {
    return mkdtempSync(join(tmpdir(), 'sonomask-command-line-'));
  }
}

/** Electron would show a window for an error, and take a signal for a wish to quit. */
function endAsNodeDoes(): void {
  const fail = (error: unknown): void => {
    console.error(error);
    app.exit(1);
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => app.exit(128 + constants.signals[signal]));
  }
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}
