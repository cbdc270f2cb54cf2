/** A worker as a child process of plain Node: for the command line and tests. Electron's kind is in main/electron. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StartProcess } from './worker-host';

/**
 * @param module of the worker; a TypeScript source runs through tsx
 * @param env added to the parent's environment
 */
export function forkProcess(module: URL, env: Readonly<Record<string, string>> = {}): StartProcess {
  const path = fileURLToPath(module);
  return (events) => {
    const child = fork(path, {
      // Typed arrays survive only this kind of serialization.
      serialization: 'advanced',
      execArgv: path.endsWith('.ts') ? ['--import', 'tsx'] : [],
      env: { ...process.env, ...env },
    });
    let ended = false;
    const end = (reason: string, crashed: boolean): void => {
      if (ended) return;
      ended = true;
      events.onEnd({ crashed, reason });
    };
    child.on('message', (message) => events.onMessage(message));
    child.on('error', (error) => end(error.message, true));
    child.on('exit', (code, signal) => end(signal ?? `code ${code}`, code !== 0));
    return {
      pid: child.pid,
      post: (message) => {
        // A process that died between two events cannot take a message; its end is told by 'exit'.
        if (child.connected) child.send(message as object, () => undefined);
      },
      kill: () => child.kill('SIGKILL'),
    };
  };
}
