import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_ROOT, SANDBOX_FLAGS, stringEnv } from '../support/desktop';
import { resolveElectron } from '../support/electron-runtime';

let folder: string;
let seen: Record<string, unknown>;

beforeAll(async () => {
  // Inside the checkout, where native modules are found.
  mkdirSync(join(PROJECT_ROOT, '.cache'), { recursive: true });
  folder = mkdtempSync(join(PROJECT_ROOT, '.cache', 'workers-'));
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: true,
      target: 'node18',
      outDir: join(folder, 'out', 'main'),
      rolldownOptions: {
        input: {
          main: join(PROJECT_ROOT, 'test/e2e/workers/app.ts'),
          'echo.worker': join(PROJECT_ROOT, 'test/unit/main/inference/echo.worker.ts'),
        },
        external: ['electron', 'onnxruntime-node', 'sharp', '@photostructure/sqlite'],
        output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
      },
    },
  });
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'workers', version: '1.0.0', main: 'out/main/main.cjs' }),
  );
  const { executablePath } = await resolveElectron();
  const { stdout } = await promisify(execFile)(
    executablePath,
    [...SANDBOX_FLAGS, `--user-data-dir=${join(folder, 'profile')}`, folder],
    { env: { ...stringEnv(), MARKER: join(folder, 'asked') }, timeout: 60_000 },
  );
  seen = JSON.parse(/^SEEN (.*)$/m.exec(stdout)?.[1] ?? '{}') as Record<string, unknown>;
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("a worker in Electron's utility process", () => {
  it('answers with typed arrays and typed errors', () => {
    expect(seen).toMatchObject({ doubled: [3, 4], failed: 'format-corrupt' });
  });

  it('is killed in the middle of a run that nothing else can interrupt, and replaced', () => {
    expect(seen).toMatchObject({ cancelled: 'cancelled', otherProcess: true, blockedProcessIsGone: true });
    expect(seen['cancelledAfterMs']).toBeLessThan(5_000);
  });

  it('is started again after a crash, and what it was doing is done once more', () => {
    expect(seen).toMatchObject({ retried: 'alive', types: ['started', 'exit', 'started', 'crash', 'started'] });
  });

  it('answers over a port handed to it, as it does the renderer', () => {
    expect(seen).toMatchObject({ overPort: [42], overPortFailed: 'format-corrupt' });
  });
});
