/** Which execution providers a platform's onnxruntime has, in which order they are tried, and why one was refused. */
import { isAppError } from '../../shared/errors';
import type { Provider, ProviderChoice, ProviderRefusal } from '../../shared/ipc';

/** Fastest first; the CPU is always there, and always last. */
export function offeredProviders(platform: NodeJS.Platform): readonly Provider[] {
  switch (platform) {
    case 'win32':
      return ['dml', 'webgpu', 'cpu'];
    case 'darwin':
      return ['coreml', 'webgpu', 'cpu'];
    default:
      return ['cuda', 'webgpu', 'cpu'];
  }
}

/** What is tried for a choice: the chosen one first, then as Auto does. The CPU, once chosen, is the only one. */
export function providersToTry(choice: ProviderChoice, offered: readonly Provider[]): readonly Provider[] {
  if (choice === 'cpu') return ['cpu'];
  if (choice === 'auto' || !offered.includes(choice)) return offered;
  return [choice, ...offered.filter((provider) => provider !== choice)];
}

/** Whether an error is the provider's, so that the next may do better. */
export function isProviderFault(error: unknown): boolean {
  return isAppError(error) && (error.code === 'provider-failed' || error.code === 'worker-died');
}

/** onnxruntime 1.30 tells why only in words. */
const REASONS: readonly (readonly [RegExp, ProviderRefusal['reason']])[] = [
  [/adapter|no (supported )?device|device not found|no CUDA-capable|driver/i, 'no-device'],
  [/shared library|backend not found|not available|cannot open|not supported on this/i, 'not-installed'],
];

export function refusalOf(provider: Provider, error: unknown): ProviderRefusal {
  const detail = error instanceof Error ? error.message : String(error);
  if (isAppError(error) && error.code === 'worker-died') return { provider, reason: 'crashed', detail };
  const reason = REASONS.find(([pattern]) => pattern.test(detail))?.[1] ?? 'failed';
  return { provider, reason, detail };
}
