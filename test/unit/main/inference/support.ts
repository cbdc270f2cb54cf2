/** A project with images on the disk and an inference host over real worker processes with a tiny model. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { forkProcess, InferenceHost, WorkerHost, type InferenceParts } from '../../../../main/inference';
import { ProjectStore } from '../../../../main/project';
import { addStudy, FrameSource, type StudyApi } from '../../../../main/study';
import type { EventName, EventOf } from '../../../../shared/ipc';

export const WORKERS = {
  encode: new URL('../../../../main/inference/encode.worker.ts', import.meta.url),
  prompt: new URL('../../../../main/inference/prompt.worker.ts', import.meta.url),
  study: new URL('../../../../main/study/study.worker.ts', import.meta.url),
};

export type Told = { [E in EventName]: { readonly event: E; readonly payload: EventOf<E> } }[EventName];

/** Remembers what was told, and lets a test wait for it. */
export class Ears {
  readonly heard: Told[] = [];
  #waiting: (() => void)[] = [];

  readonly tell = <E extends EventName>(event: E, payload: EventOf<E>): void => {
    this.heard.push({ event, payload } as Told);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  all<E extends EventName>(event: E): EventOf<E>[] {
    return this.heard.filter((told) => told.event === event).map(({ payload }) => payload as EventOf<E>);
  }

  /** The first that fits, heard already or yet to come. */
  async hear<E extends EventName>(event: E, fits: (payload: EventOf<E>) => boolean = () => true): Promise<EventOf<E>> {
    for (;;) {
      const found = this.all(event).find(fits);
      if (found) return found;
      await new Promise<void>((wake) => this.#waiting.push(wake));
    }
  }
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sonomask-'));
}

/** A PNG whose pixels differ with `seed`. */
export async function writeImage(path: string, seed: number, widthPx = 40, heightPx = 30): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (i * 7 + seed * 31 + ((i * seed) >> 3)) & 255);
  const png = await sharp(data, { raw: { width: widthPx, height: heightPx, channels: 1 } })
    .png()
    .toBuffer();
  writeFileSync(path, png);
}

export interface Workplace {
  readonly folder: string;
  readonly store: ProjectStore;
  readonly source: FrameSource;
  readonly studyWorker: WorkerHost<StudyApi>;
  readonly ears: Ears;
  close(): Promise<void>;
}

/** A project that has the images of `folder/images`. */
export async function workplace(folder = temporaryFolder()): Promise<Workplace> {
  const ears = new Ears();
  const store = await ProjectStore.create(join(folder, 'images.sonomask'));
  const studyWorker = new WorkerHost<StudyApi>('study', forkProcess(WORKERS.study));
  const signal = new AbortController().signal;
  await addStudy(store, studyWorker, [join(folder, 'images')], { signal, onProgress: () => undefined });
  const source = new FrameSource(store, studyWorker, (frames) =>
    ears.tell('frames.changed', { frames: frames && [...frames] }),
  );
  return {
    folder,
    store,
    source,
    studyWorker,
    ears,
    close: async () => {
      studyWorker.dispose();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function frameIds({ store }: Workplace): Promise<number[]> {
  const page = await store.frames.list({ filter: {}, limit: 1_000, offset: 0 });
  return page.frames.map(({ id }) => id);
}

export function inferenceHost(
  modelFolder: string,
  ears: Ears,
  parts: Partial<InferenceParts> & { env?: Readonly<Record<string, string>> } = {},
): InferenceHost {
  const { env = {}, ...rest } = parts;
  return new InferenceHost({
    startWorker: (name, own) => forkProcess(WORKERS[name], { ...own, ...env }),
    modelFolder,
    provider: 'cpu',
    tell: ears.tell,
    onPromptWorker: () => undefined,
    ...rest,
  });
}
