/**
 * A batch of many frames on this machine: frames a second from file to saved proposal, against those that the encoder alone
 * does from memory; and the memory of all processes meanwhile.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchDesk, usualLanes, type LaneParts } from '../../../main/batch';
import { forkProcess, LabelHeads, WorkerHost } from '../../../main/inference';
import { ProjectStore } from '../../../main/project';
import { addStudy, type StudyApi } from '../../../main/study';
import { framePng } from '../../../main/study/picture';
import { readManifest } from '../../../models/folder';
import { bundledModelFolder } from '../../../models/weights';
import { phantomFrame } from '../../../shared/phantom';
import { mean } from '../statistics';
import { encoderAlone } from './encoder-alone';

const ENCODE_WORKER = new URL('../../../main/inference/encode.worker.ts', import.meta.url);
const STUDY_WORKER = new URL('../../../main/study/study.worker.ts', import.meta.url);
/** Phantoms that are drawn; every frame is one of them with a corner of its own, so that no two have the same pixels. */
const PHANTOMS = 24;
const FRAMES_A_PATIENT = 20;
/** The encoder alone is measured before and after, since the machine may be busier at one time than at another. */
const ENCODER_FRAMES = 40;
const POINTS = 10;

const LANES: LaneParts = {
  startWorker: (_name, env) => forkProcess(ENCODE_WORKER, env),
  modelFolder: bundledModelFolder(),
  provider: () => 'cpu',
};

interface EncoderRates {
  readonly beside: number;
  readonly one: number;
}

interface Sample {
  readonly frames: number;
  readonly seconds: number;
  readonly megabytes: number;
}

export async function benchBatch(frames: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'sonomask-scale-'));
  try {
    console.log(`writing ${frames} frames of simulated breasts, 560x470, PNG`);
    await writeStudy(join(folder, 'images'), frames);
    const store = await projectOf(folder);
    try {
      const before = await encoders();
      const samples = await workOff(store, frames);
      const after = await encoders();
      report(frames, samples, [before, after]);
    } finally {
      await store.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeStudy(folder: string, frames: number): Promise<void> {
  const phantoms = Array.from({ length: Math.min(PHANTOMS, frames) }, (_, i) => {
    return phantomFrame({ label: 'breast-lesion', seed: 4_000 + i, widthPx: 560, heightPx: 470 }).image;
  });
  for (let i = 0; i < frames; i++) {
    const image = phantoms[i % phantoms.length];
    if (!image) continue;
    const data = image.data.slice();
    for (let bit = 0; bit < 16; bit++) data[bit] = (i >> bit) & 1 ? 40 : 8;
    const path = join(folder, `patient ${String(Math.floor(i / FRAMES_A_PATIENT)).padStart(4, '0')}`);
    await mkdir(path, { recursive: true });
    const { widthPx, heightPx } = image;
    await writeFile(join(path, `${i % FRAMES_A_PATIENT}.png`), await framePng({ widthPx, heightPx, data }));
  }
}

async function projectOf(folder: string): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(folder, 'archive.sonomask'));
  const worker = new WorkerHost<StudyApi>('study', forkProcess(STUDY_WORKER));
  const { signal } = new AbortController();
  await addStudy(store, worker, [join(folder, 'images')], { signal, onProgress: () => undefined });
  worker.dispose();
  await store.labels.create({ name: 'breast lesion' });
  return store;
}

/** Frames a second of encoders that have nothing else to do: beside each other as lanes are, and one on all cores. */
async function encoders(): Promise<EncoderRates> {
  const frames = ENCODER_FRAMES;
  const cores = cpus().length;
  return {
    beside: await encoderAlone(LANES.modelFolder, { processes: usualLanes(), threads: 1, frames }),
    one: await encoderAlone(LANES.modelFolder, { processes: 1, threads: cores, frames }),
  };
}

async function workOff(store: ProjectStore, frames: number): Promise<Sample[]> {
  const manifest = await readManifest(LANES.modelFolder);
  const heads = manifest.heads.map(({ label: name, version }) => ({ name, version }));
  const samples: Sample[] = [];
  let [done, begun] = [0, 0];
  const warm = 2 * usualLanes();
  const desk: BatchDesk = new BatchDesk({
    ...LANES,
    ...{ store, model: () => manifest, user: () => 'bench', onStatus: () => undefined },
    labels: new LabelHeads(
      store,
      () => heads,
      () => manifest,
    ),
    onFrame: () => {
      done++;
      // The first of each lane has waited for the model to be read.
      if (done === warm) begun = performance.now();
      if (done <= warm || (done - warm) % Math.ceil((frames - warm) / POINTS)) return;
      const seconds = (performance.now() - begun) / 1_000;
      void memoryOf([process.pid, ...desk.pids]).then((megabytes) =>
        samples.push({ frames: done - warm, seconds, megabytes }),
      );
    },
  });
  await desk.start({ existing: 'skip' });
  await desk.settled();
  const seconds = (performance.now() - begun) / 1_000;
  const status = await desk.status();
  if (status?.batch.state !== 'finished')
    throw new Error(`the batch ${status?.batch.state}: ${JSON.stringify(status)}`);
  const { masks, counts } = status.batch;
  console.log(`${counts.done} frames done, ${masks} masks proposed, ${counts.failed} failed`);
  samples.push({ frames: done - warm, seconds, megabytes: samples.at(-1)?.megabytes ?? NaN });
  return samples;
}

/** Resident memory of processes together, MB; NaN where the system does not tell. */
async function memoryOf(pids: readonly number[]): Promise<number> {
  let bytes = 0;
  for (const pid of pids) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    bytes += Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? NaN) * 1_024;
  }
  return bytes / 2 ** 20;
}

function report(frames: number, samples: readonly Sample[], encoder: readonly EncoderRates[]): void {
  const last = samples.at(-1);
  const rate = last ? last.frames / last.seconds : NaN;
  const [beside, one] = [mean(encoder.map((each) => each.beside)), mean(encoder.map((each) => each.one))];
  console.log(`\n| frames done | frames/s so far | memory of all processes, MB |\n| ---: | ---: | ---: |`);
  for (const sample of samples) {
    const cells = [sample.frames, (sample.frames / sample.seconds).toFixed(2), sample.megabytes.toFixed(0)];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const rows = [
    ['batch, from file to saved proposal', rate.toFixed(2)],
    ['encoders alone, one a lane', beside.toFixed(2)],
    ['one encoder alone on all cores', one.toFixed(2)],
    ['batch against the faster of these', `${((100 * rate) / Math.max(beside, one)).toFixed(0)} %`],
    ['frames a core-hour', ((3_600 * rate) / cpus().length).toFixed(0)],
  ];
  console.log(`\n| ${frames} frames, ${usualLanes()} lanes | frames/s |\n| --- | ---: |`);
  for (const row of rows) console.log(`| ${row.join(' | ')} |`);
}
