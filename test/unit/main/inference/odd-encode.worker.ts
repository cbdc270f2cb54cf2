/** An encode worker whose providers misbehave as the test says: stands for hardware that this machine does not have. */
import { serveWorker } from '../../../../main/inference';
import { AppError } from '../../../../shared/errors';
import type { Provider } from '../../../../shared/ipc';

type Conduct = 'works' | 'absent' | 'wrong' | 'dies' | 'fails-later' | 'dies-later';
const conduct = JSON.parse(process.env['CONDUCT'] ?? '{}') as Partial<Record<Provider, Conduct>>;

serveWorker({
  selfTest: ({ provider }: { provider: Provider }): number => {
    if (conduct[provider] === 'dies') process.kill(process.pid, 'SIGKILL');
    if (conduct[provider] === 'absent') {
      throw new AppError('provider-failed', provider, 'Failed to get a WebGPU adapter: No supported adapters');
    }
    return conduct[provider] === 'wrong' ? 0.4 : 1e-4;
  },
  encode: ({ provider, frameSha256 }: { provider: Provider; frameSha256: string }) => {
    if (conduct[provider] === 'dies-later') process.kill(process.pid, 'SIGKILL');
    if (conduct[provider] === 'fails-later') throw new AppError('provider-failed', provider, 'device lost');
    const halves = Uint16Array.from(Buffer.from(provider));
    return { frameSha256, encoderId: 'e'.repeat(64), widthPx: 1, heightPx: 1, halves };
  },
});
