/** What the interface asks of the model but clicks, which go to the prompt worker directly. */
import type { InferenceHost } from '../../inference';
import type { Handlers } from '../ipc';
import type { PreferenceStore } from '../preferences';

type Channels =
  'inference.status' | 'inference.focus' | 'inference.blur' | 'inference.stopAll' | 'inference.setProvider';

export function inferenceHandlers(inference: InferenceHost, preferences: PreferenceStore): Pick<Handlers, Channels> {
  return {
    'inference.status': () => inference.status,
    'inference.focus': async ({ frameId, neighbours }) => ({
      state: (await inference.project?.focus(frameId, neighbours)) ?? 'failed',
    }),
    'inference.blur': () => inference.project?.blur(),
    'inference.stopAll': () => inference.project?.stopAll(),
    'inference.setProvider': async ({ provider }) => {
      await preferences.change({ provider });
      return inference.setProvider(provider);
    },
  };
}
