/** `sonomask batch`: run, paused with Ctrl-C or from elsewhere, gone on with, what failed named and tried again. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { cli, type CliOptions } from '../../../support/cli';
import { temporaryFolder } from '../../../support/study-folder';
import { writeImage } from '../inference/support';
import { writeBatchPlace, type BatchPlace } from '../batch/support';

const folder = temporaryFolder();
let place: BatchPlace;

beforeAll(async () => {
  const names = Array.from({ length: 12 }, (_, i) => `p${i % 3}/${i}.png`);
  place = await writeBatchPlace(folder, names);
});

const batch = (command: string, options: CliOptions = {}, ...more: string[]) =>
  cli(['batch', command, place.project, ...more, '--json'], options);
const withModel = () => ['--model', place.modelFolder, '--lanes', '1'];

describe('a batch on the command line', () => {
  it('says first how long it would take', async () => {
    expect(await batch('status')).toMatchObject({ code: 2 });
    const estimate = await batch('run', {}, ...withModel(), '--study', 'p1', '--estimate');
    expect(estimate.code).toBe(0);
    expect(estimate.json()).toEqual({ frames: 4, framesPerSecond: expect.any(Number), seconds: expect.any(Number) });
    expect((await batch('run', {}, ...withModel(), '--study', 'p9')).code).toBe(2);
    expect((await batch('run', {}, ...withModel(), '--label', 'breast lesion=v7')).code).toBe(2);
  });

  it('is paused with Ctrl-C, and from another process; what is broken is named and tried again', async () => {
    const broken = join(folder, 'images', 'p2', '11.png');
    writeFileSync(broken, 'no picture');
    const controller = new AbortController();
    const paused = await batch(
      'run',
      { signal: controller.signal, onError: (text) => text.includes('"progress"') && controller.abort() },
      ...withModel(),
    );
    expect(paused.code).toBe(130);
    expect(paused.json()).toMatchObject({ state: 'paused' });

    // Locked by the process that works on it; asked beside it all the same.
    let asked: Promise<unknown> | undefined;
    const again = await batch(
      'resume',
      { onError: (text) => void (text.includes('"progress"') && (asked ??= batch('pause'))) },
      ...withModel(),
    );
    expect(again.code).toBe(130);
    expect(await asked).toMatchObject({ code: 0 });
    expect((await batch('status')).json()).toMatchObject({ state: 'paused' });

    const done = await batch('resume', {}, ...withModel());
    expect(done.code).toBe(1);
    expect(done.json()).toMatchObject({
      ...{ state: 'finished', frames: { waiting: 0, done: 11, failed: 1, setAside: 0 } },
      failures: [{ relativePath: 'p2/11.png' }],
    });
    await writeImage(broken, 12);
    const retried = await batch('retry', {}, ...withModel());
    expect(retried).toMatchObject({ code: 0 });
    expect(retried.json()).toMatchObject({ frames: { done: 12, failed: 0 }, failures: [] });
    expect((await batch('cancel')).code).toBe(2);
  });
});
