/** A worker as an Electron utility process. Plain Node's kind is main/inference/fork-process.ts. */
import { app, utilityProcess, type MessagePortMain } from 'electron';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DECODER_WANTED } from '../../shared/video';
import type { StartProcess } from '../inference';
import { logError, logNote, relay } from '../log';
import { decoderPort } from './decoder-window';

/**
 * @param name of a file `main/ROOM/NAME.worker.ts`, which the build makes `out/main/NAME.worker.cjs`
 * @param env added to the parent's environment
 */
export function utilityWorker(name: string, env: Readonly<Record<string, string>> = {}): StartProcess {
  return (events) => {
    const child = utilityProcess.fork(join(app.getAppPath(), 'out', 'main', `${name}.worker.cjs`), [], {
      serviceName: `SonoMask ${name}`,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'inherit', 'pipe'],
    });
    // What it logs; the rest is what native libraries say, for a terminal alone.
    if (child.stderr) {
      createInterface({ input: child.stderr }).on('line', (line) => relay(line) || process.stderr.write(`${line}\n`));
    }
    child.on('message', (message: unknown) => {
      if (message !== DECODER_WANTED) events.onMessage(message);
      else
        decoderPort()
          .then((port) => child.postMessage(DECODER_WANTED, [port]))
          .catch((error: unknown) => logError('decoder', error));
    });
    // Electron tells code 0 of most processes that were killed from outside: whatever was not asked for is a crash.
    let asked = false;
    child.on('exit', (code) => {
      if (!asked) logNote('process', `${name} worker ended: code ${code}`);
      events.onEnd({ crashed: !asked, reason: `code ${code}` });
    });
    return {
      get pid() {
        return child.pid;
      },
      post: (message, port) => child.postMessage(message, port ? [port as MessagePortMain] : []),
      kill() {
        asked = true;
        child.kill();
      },
    };
  };
}
