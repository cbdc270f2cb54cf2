/** The program by itself asks no network for anything, Chromium underneath it neither: read in Chromium's own record. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDesktop } from '../support/desktop';

it('starts, opens the sample study and ends without a request', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-network-'));
  const log = join(folder, 'net.json');
  const desktop = await openDesktop({ args: [`--log-net-log=${log}`, '--sample-study'], env: { HOME: folder } });
  await desktop.page.locator('.frame-canvas[data-frame-sha256]').waitFor({ timeout: 120_000 });
  await desktop.close();
  const record = readFileSync(log, 'utf8');
  expect(record).toContain('"constants"');
  expect(record.match(/"(?:https?|wss?):\/\/[^"]*"/g) ?? []).toEqual([]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
});
