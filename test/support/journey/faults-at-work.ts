/** Faults that strike while workers read and compute: the images' folder goes away, the graphics card dies. For `faults.ts`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { forkProcess } from '../../../main/inference';
import { error as texts } from '../../../renderer/i18n/en-errors';
import { en } from '../../../renderer/i18n/en';
import { openDesk, writeBatchPlace, type OpenDesk } from '../../unit/main/batch/support';
import { Ears, inferenceHost, workplace, writeImage, WORKERS } from '../../unit/main/inference/support';
import { writeTinyModel } from '../tiny-model';
import type { FaultRow } from './faults';

type Chance = () => number;

const NAMES = ['a/1.png', 'a/2.png', 'b/1.png', 'b/2.png', 'c/1.png', 'c/2.png', 'd/1.png', 'd/2.png'];
const LABELS = 2;
const FRAMES = 5;
const PATIENCE_MS = 120_000;
const DYING = new URL('./dying-provider.worker.ts', import.meta.url);

/** Takes the folder away as a disk that is unplugged, or a share that is renamed; the answer brings it back. */
function takeAway(images: string, isMounted: boolean): () => void {
  const real = `${images} elsewhere`;
  if (!isMounted) {
    renameSync(images, real);
    return () => renameSync(real, images);
  }
  execFileSync('umount', ['-l', images]);
  return () => execFileSync('mount', ['--bind', real, images]);
}

/** The folder as something mounted there; false where we may not mount. */
function mounted(images: string): boolean {
  const real = `${images} elsewhere`;
  renameSync(images, real);
  mkdirSync(images);
  try {
    execFileSync('mount', ['--bind', real, images], { stdio: 'ignore' });
    return true;
  } catch {
    execFileSync('rmdir', [images]);
    renameSync(real, images);
    return false;
  }
}

async function batchEnds(desk: OpenDesk, begin: () => Promise<unknown>) {
  await begin();
  await desk.desk.settled();
  return (await desk.desk.status())?.batch;
}

/** A batch reads image after image; its folder goes away, comes back, and the user goes on. */
export async function sourceGone(row: FaultRow, folder: string, chance: Chance): Promise<void> {
  const place = await writeBatchPlace(folder, NAMES);
  const images = join(folder, 'images');
  const isMounted = chance() < 0.5 && mounted(images);
  const after = Math.floor(chance() * (NAMES.length - 2));
  let bringBack: (() => void) | undefined;
  let struck = false;
  const desk = await openDesk(place, {
    lanes: 1,
    onFrame: (end) => {
      desk.ends.push(end);
      if (struck || desk.ends.length <= after) return;
      struck = true;
      bringBack = takeAway(images, isMounted);
    },
  });
  try {
    const stopped = await batchEnds(desk, () => desk.desk.start({ existing: 'skip' }));
    const code = stopped?.problem?.code;
    if (code) row.told.add(texts[code].title);
    // A refusal that did not come, or a frame that was blamed for it.
    if (stopped?.state !== 'paused' || code !== 'source-missing' || stopped.counts.failed > 0) row.lost++;
    const before = await desk.store.scores.after(0, stopped?.plan.modelId ?? '');
    bringBack?.();
    bringBack = undefined;
    const batch = await batchEnds(desk, () => desk.desk.resume());
    const { rows } = await desk.store.scores.after(0, batch?.plan.modelId ?? '');
    const kept = new Set(rows.map(({ frameId, labelId, predictedIou }) => `${frameId} ${labelId} ${predictedIou}`));
    row.edits += NAMES.length;
    row.lost += before.rows.filter((each) => !kept.has(`${each.frameId} ${each.labelId} ${each.predictedIou}`)).length;
    row.lost += Math.abs(NAMES.length * LABELS - rows.length) + NAMES.length - (batch?.counts.done ?? 0);
  } finally {
    bringBack?.();
    await desk.close();
    if (isMounted) execFileSync('umount', ['-l', images]);
  }
}

/** Frames are encoded and proposed on for the window on a card that dies with one of them: by an error, or with its process. */
export async function providerDies(row: FaultRow, folder: string, chance: Chance): Promise<void> {
  const model = join(folder, 'tiny');
  await writeTinyModel(model, ['breast lesion']);
  for (let n = 1; n <= FRAMES; n++) await writeImage(join(folder, 'images', 'p', `${n}.png`), n);
  const place = await workplace(folder);
  const ears = new Ears();
  const env = {
    DEATH_AFTER: String(Math.floor(chance() * FRAMES)),
    DEATH_KIND: chance() < 0.5 ? 'lost' : 'killed',
    DEATH_MARK: join(folder, 'dead'),
  };
  const host = inferenceHost(model, ears, {
    provider: 'webgpu',
    startWorker: (name, own) => forkProcess(name === 'encode' ? DYING : WORKERS[name], { ...own, ...env }),
  });
  try {
    await host.start();
    host.openProject(place.store, place.source);
    await host.labels?.create({ name: 'breast lesion' });
    await host.project?.proposeAll();
    const { frames } = await place.store.frames.list({ filter: {}, limit: FRAMES, offset: 0 });
    const proposed = frames.map(({ id }) => ears.hear('masks.proposed', ({ frameId }) => frameId === id));
    await Promise.race([Promise.all(proposed), setTimeout(PATIENCE_MS, undefined, { ref: false })]);
    const { used, refused } = host.status.provider;
    const refusal = refused.find(({ provider }) => provider === 'webgpu');
    if (refusal) row.told.add(`status bar: ${en.refusal[refusal.reason].replace('{provider}', en.provider.webgpu)}`);
    row.edits += FRAMES;
    row.lost += FRAMES - new Set(ears.all('masks.proposed').map(({ frameId }) => frameId)).size;
    row.lost += used === 'cpu' && refusal ? 0 : 1;
  } finally {
    host.dispose();
    await place.close();
  }
}
