/** Main as the stores see it, with answers and events of the test's own. Put on `window` before a store is made. */
import type { Channel, EventName, EventOf, RequestOf, ResponseOf } from '../../../../shared/ipc';
import { toWireError } from '../../../../shared/ipc';

/** The reading that a project is open in. */
export const MAIN = { id: 1, name: 'main', blind: false };

type Answers = { [C in Channel]?: (payload: RequestOf<C>) => ResponseOf<C> | Promise<ResponseOf<C>> };

export interface FakeMain {
  readonly answers: Answers;
  /** Every request so far. */
  readonly asked: { readonly channel: Channel; readonly payload: unknown }[];
  tell<E extends EventName>(event: E, payload: EventOf<E>): void;
}

export function fakeMain(answers: Answers): FakeMain {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  const asked: FakeMain['asked'] = [];
  const bridge = {
    async invoke(channel: Channel, payload: unknown) {
      asked.push({ channel, payload });
      const answer = answers[channel] as ((payload: unknown) => unknown) | undefined;
      if (!answer) throw new Error(`the test has no answer for ${channel}`);
      try {
        return { ok: true, value: await answer(payload) };
      } catch (error) {
        return { ok: false, error: toWireError(error, channel) };
      }
    },
    on(event: string, listener: (payload: never) => void) {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => all.delete(listener);
    },
    pathForFile: () => '',
  };
  Object.assign(window, { sonomask: bridge });
  return {
    answers,
    asked,
    tell: (event, payload) => listeners.get(event)?.forEach((listener) => listener(payload as never)),
  };
}
