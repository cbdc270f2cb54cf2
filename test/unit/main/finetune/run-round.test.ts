/** Whole rounds with the bundled model on phantoms: what a bad one and an impossible one come to. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoundFrame, RoundPlan, RoundProgress } from '../../../../main/finetune';
import { runRound } from '../../../../main/finetune/run-round';
import { frameHash } from '../../../../main/study';
import { headFilePath, readManifest } from '../../../../models/folder';
import { bundledModelFolder } from '../../../../models/weights';
import { cocoRle } from '../../../../shared/mask';
import { phantomFrame } from '../../../../shared/phantom';

const TRAINED = 2;
const JUDGING = 4;

let folder: string;
let frames: RoundFrame[];
let plan: RoundPlan;

/** A patient each; the first two of the train side, the others of validation. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sonomask-round-'));
  mkdirSync(join(folder, 'images'));
  frames = [];
  for (let i = 0; i < TRAINED + JUDGING; i++) {
    const { image, mask } = phantomFrame({ label: 'fetal-head', seed: 40 + i, widthPx: 200, heightPx: 150 });
    const path = join(folder, 'images', `${i}.png`);
    const raw = { width: image.widthPx, height: image.heightPx, channels: 1 } as const;
    await sharp(image.data, { raw }).png().toFile(path);
    const rle = { widthPx: mask.widthPx, heightPx: mask.heightPx, counts: cocoRle(mask).counts };
    const series = { seriesKey: String(i), seriesInStudy: 1, group: null };
    frames.push({ frameId: i + 1, path, frameSha256: frameHash(image), rle, patient: `P${i}`, ...series });
  }
  const model = bundledModelFolder();
  const entry = (await readManifest(model)).heads.find(({ label }) => label === 'fetal-head')!;
  const head = { name: 'v1', file: headFilePath({ folder: model }, entry), config: entry.config };
  plan = {
    ...{ modelFolder: model, label: 'head', frames, replay: [], ownHead: null, active: head, start: head },
    sides: Object.fromEntries(frames.map((_, i) => [`patient:P${i}`, i < TRAINED ? 'train' : 'validation'])),
    ...{ minutes: 5, seed: 1, embeddingsFolder: join(folder, 'embeddings'), stateFolder: join(folder, 'state') },
  };
});
afterAll(() => rm(folder, { recursive: true }));

describe('a round', () => {
  it('whose masks were mixed up is not better, and says how much worse it is', async () => {
    const mixedUp = frames.map((frame, i) => (i < TRAINED ? { ...frame, rle: frames[1 - i]!.rle } : frame));
    const broken = { ...frames[0]!, frameId: 99, path: join(folder, 'broken.png'), frameSha256: 'ab'.repeat(32) };
    await writeFile(broken.path, 'no image');
    const finish = new AbortController();
    const heard: RoundProgress[] = [];
    const { report, assignments } = await runRound(
      { ...plan, frames: [...mixedUp, broken] },
      {
        threads: 2,
        finish: finish.signal,
        onProgress: (progress) => {
          heard.push(progress);
          if (progress.curve.at(-1)?.step === 10) finish.abort();
        },
      },
    );
    expect(report).toMatchObject({
      ...{ judging: 'held-out', groupedBy: 'patient', startedFrom: 'v1', verdict: 'not-better' },
      ...{ images: { train: TRAINED, validation: JUDGING }, groups: { train: TRAINED, validation: JUDGING } },
    });
    expect(report.before.dice).toBeGreaterThan(0.95);
    expect(report.gain.low).toBeLessThan(0);
    expect(report.after.dice - report.before.dice).toBeCloseTo(report.gain.mean, 10);
    expect(report.frames.map(({ frameId }) => frameId).sort()).toEqual([3, 4, 5, 6]);
    expect(assignments.map(({ side }) => side)).toEqual(frames.map((_, i) => (i < TRAINED ? 'train' : 'validation')));
    expect(report.leftOut).toEqual([{ frameId: 99, file: 'broken.png', code: 'format-unknown' }]);

    expect([...new Set(heard.map(({ phase }) => phase))]).toEqual(['prepare', 'train', 'judge']);
    const done = heard.map((progress) => progress.done);
    expect([...done].sort((a, b) => a - b)).toEqual(done);
    expect(report.curve).toHaveLength(2);
  }, 240_000);

  it('learns from a frame that was encoded earlier, also where its file is gone now', async () => {
    await rm(frames[0]!.path);
    const { report } = await runRound(plan, { threads: 2, finish: AbortSignal.abort() });
    expect(report).toMatchObject({ leftOut: [], images: { train: TRAINED, validation: JUDGING } });
    expect(report.curve.length).toBeGreaterThan(0);
  }, 240_000);

  it('of one patient is refused: nothing could be said about it', async () => {
    const one = frames.slice(0, 2).map((frame) => ({ ...frame, patient: 'P' }));
    await expect(runRound({ ...plan, frames: one, sides: {} }, { threads: 2 })).rejects.toMatchObject({
      code: 'usage',
      subject: 'head',
    });
  }, 240_000);
});
