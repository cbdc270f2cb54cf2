/** Ctrl-C on the real program: a signal to the process, the exit code, the files. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../../main/study';
import { disc, imageOf, temporaryFolder, writeAt } from '../../../support/study-folder';
import { writeTinyModel } from '../../../support/tiny-model';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const home = temporaryFolder();
const [model, study, out] = ['model', 'study', 'out'].map((name) => join(home, name)) as [string, string, string];
beforeAll(async () => {
  await writeTinyModel(model, ['breast-lesion']);
  for (let i = 0; i < 100; i++) writeAt(join(study, `${i}.png`), imageOf(disc(640, 480, 300, 200, 20 + (i % 90))));
});

/** Starts the program; `onProgress` is called at each JSON line of progress. */
function run(argv: readonly string[], onProgress: (kill: (signal: NodeJS.Signals) => void) => void) {
  return new Promise<{ code: number | null; stdout: string }>((resolve, reject) => {
    const program = spawn(process.execPath, ['--import', 'tsx', 'main/cli/main.ts', ...argv], { cwd: ROOT });
    let stdout = '';
    program.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    program.stderr.on('data', (chunk: Buffer) => {
      if (chunk.toString().includes('"progress"')) onProgress((signal) => program.kill(signal));
    });
    program.on('error', reject);
    program.on('exit', (code) => resolve({ code, stdout }));
  });
}

describe.skipIf(process.platform === 'win32')('Ctrl-C', () => {
  test('ends with 130, a result, and only complete files; --resume goes on', async () => {
    const argv = ['annotate', study, '--out', out, '--model', model, '--json'];
    let pressed = false;
    const { code, stdout } = await run(argv, (kill) => {
      // As npm and tsx pass it on: the same press twice.
      if (!pressed) for (let i = 0; i < 2; i++) kill('SIGINT');
      pressed = true;
    });
    expect(code).toBe(130);
    const result = JSON.parse(stdout) as { annotated: number; cancelled: boolean };
    expect(result.cancelled).toBe(true);
    expect(result.annotated).toBeLessThan(100);
    const masks = readdirSync(out).filter((name) => name.endsWith('.png'));
    expect(masks).toHaveLength(result.annotated);
    for (const mask of masks) expect((await readImage(join(out, mask))).frame.widthPx).toBe(640);
    expect(readdirSync(out).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('kill -9 costs nothing that was finished', async () => {
    const argv = ['annotate', study, '--out', out, '--model', model, '--json', '--resume'];
    const before = readdirSync(out).filter((name) => name.endsWith('.png')).length;
    const { code } = await run(argv, (kill) => kill('SIGKILL'));
    expect(code).toBeNull();
    const masks = readdirSync(out).filter((name) => name.endsWith('.png'));
    expect(masks.length).toBeGreaterThanOrEqual(before);
    for (const mask of masks) expect((await readImage(join(out, mask))).frame.heightPx).toBe(480);
    const { stdout } = await run(argv, () => undefined);
    const { annotated, kept } = JSON.parse(stdout) as { annotated: number; kept: number };
    // Between a mask and its line in the journal at most one image is lost.
    expect(kept).toBeGreaterThanOrEqual(masks.length - 1);
    expect(annotated + kept).toBe(100);
  });
});
