/**
 * Talks to a program's page through Chromium's --remote-debugging-pipe. For the packed program only: its fuses shut out
 * Playwright's Electron support, and Playwright's other way in expects a browser's features that Electron lacks.
 */
import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

interface Reply {
  readonly id?: number;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** Chromium reads commands on descriptor 3 and writes replies on 4: spawn with these in `stdio`. */
export const PIPE_STDIO = ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] as const;

export class DevtoolsPipe {
  readonly #replies = new Map<number, (reply: Reply) => void>();
  readonly #input: Writable;
  #session: string | undefined;
  #nextId = 1;

  constructor(child: ChildProcess) {
    this.#input = child.stdio[3] as Writable;
    let text = '';
    (child.stdio[4] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      const messages = (text + chunk).split('\0');
      text = messages.pop() ?? '';
      for (const message of messages) {
        const reply = JSON.parse(message) as Reply;
        if (reply.id !== undefined) this.#replies.get(reply.id)?.(reply);
      }
    });
  }

  /** The value of an expression in the program's one page; a promise is awaited. */
  async evaluate(expression: string): Promise<unknown> {
    this.#session ??= await this.#attach();
    const { result, exceptionDetails } = await this.#send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** A mouse or key event as the system gives it: `Input.` and its parameters of the DevTools protocol. */
  async input(event: 'dispatchMouseEvent' | 'dispatchKeyEvent', params: Record<string, unknown>): Promise<void> {
    this.#session ??= await this.#attach();
    await this.#send(`Input.${event}`, params);
  }

  async #attach(): Promise<string> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const { targetInfos } = await this.#send('Target.getTargets', {});
      const page = (targetInfos as { targetId: string; type: string }[]).find(({ type }) => type === 'page');
      if (page) {
        const { sessionId } = await this.#send('Target.attachToTarget', { targetId: page.targetId, flatten: true });
        return sessionId as string;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error('the program opened no window');
  }

  #send(method: string, params: Record<string, unknown>): Promise<Record<string, unknown>> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#replies.set(id, ({ result, error }) => {
        this.#replies.delete(id);
        if (error) reject(new Error(`${method}: ${error.message}`));
        else resolve(result ?? {});
      });
      this.#input.write(`${JSON.stringify({ id, method, params, sessionId: this.#session })}\0`);
    });
  }
}
