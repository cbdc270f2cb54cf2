/** What the journeys have in common: native images, the system's dialogs answered, requests to main from the page. */
import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ElectronApplication, Page } from 'playwright-core';
import type { Channel, RequestInput, ResponseOf } from '../../../shared/ipc';
import { PROJECT_ROOT } from '../desktop';

const NATIVE = join(PROJECT_ROOT, '..', 'shared', 'data', 'native');
export const hasNativeImages = existsSync(NATIVE);

/** Copies the first images of a native data set, so that nothing is ever written beside the originals. */
export function copyNative(dataset: string, count: number, to: string): string[] {
  const names = readdirSync(join(NATIVE, dataset, 'img'))
    .sort()
    .slice(0, count);
  mkdirSync(to, { recursive: true });
  for (const name of names) cpSync(join(NATIVE, dataset, 'img', name), join(to, name));
  return names.map((name) => join(to, name));
}

/** The next dialog of the system answers this path. */
export function answerDialogs(app: ElectronApplication, path: string): Promise<void> {
  return app.evaluate(({ dialog }, chosen) => {
    dialog.showOpenDialog = () => Promise.resolve({ canceled: false, filePaths: [chosen] });
  }, path);
}

/** Asks main as the page does; throws what main refuses. */
export function ask<C extends Channel>(page: Page, channel: C, payload?: RequestInput<C>): Promise<ResponseOf<C>> {
  return page.evaluate(
    async ([name, sent]) => {
      const answer = await window.sonomask.invoke(name as never, sent as never);
      if (answer.ok) return answer.value as never;
      throw new Error(`${name}: ${JSON.stringify((answer as { error: unknown }).error)}`);
    },
    [channel, payload] as const,
  );
}

/** What the page gets from main, whatever it sends: bypasses the types on purpose. */
export function answerTo(page: Page, channel: unknown, payload?: unknown): Promise<unknown> {
  return page.evaluate(
    ([name, sent]) => window.sonomask.invoke(name as never, sent as never) as Promise<unknown>,
    [channel, payload],
  );
}

/** Runs a command of the native menu. */
export function menu(app: ElectronApplication, id: string): Promise<void> {
  return app.evaluate(({ Menu, BrowserWindow }, item) => {
    Menu.getApplicationMenu()!.getMenuItemById(item)!.click(undefined, BrowserWindow.getAllWindows()[0]);
  }, id);
}
