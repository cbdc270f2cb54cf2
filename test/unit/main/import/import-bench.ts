/** What the tests of importing share: a folder and a project for each test, masks of others beside it, and what was stored. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { importMasks, readMasks, type ImportTools } from '../../../../main/import';
import type { ProjectStore } from '../../../../main/project';
import { isAppError } from '../../../../shared/errors';
import type { ImportReport } from '../../../../shared/ipc';
import { cocoRle } from '../../../../shared/mask';
import { decodeFrame, drawn, framesOf, projectOf, undecodedProjectOf, type HardCase } from '../export/project-of-masks';

export const PLAIN: HardCase[] = [
  { path: 'p1/a.png', masks: [['lesion', drawn('.###. .###. ..... ....#')]] },
  { path: 'p2/a.png', masks: [['lesion', drawn('##... ##... ..... .....')]] },
  { path: 'p2/scan 7.png', masks: [['lesion', drawn('.... .##. .##. ....')]] },
];

export const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

export class ImportBench {
  folder = '';
  #store: ProjectStore | undefined;

  /** Of the test that runs. */
  get store(): ProjectStore {
    return this.#store!;
  }

  async open(cases: readonly HardCase[], withMasks = true): Promise<void> {
    this.#store = await projectOf(this.folder, cases, withMasks);
  }

  async openUndecoded(cases: readonly HardCase[]): Promise<void> {
    this.#store = await undecodedProjectOf(this.folder, cases);
  }

  async close(): Promise<void> {
    await this.#store?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(...paths: string[]): Promise<ImportReport> {
    return this.runWith((edit) => this.store.masks.save(edit), ...paths);
  }

  runWith(save: ImportTools['save'], ...paths: string[]): Promise<ImportReport> {
    return importMasks(
      this.store,
      { paths, label: 'lesion' },
      {
        ...{ ...quiet, user: 'Dr. Li', read: readMasks },
        // What cannot be read stays unknown, as the app's `FrameSource` has it.
        open: async (frameId) => {
          await decodeFrame(this.store, frameId).catch((error: unknown) => {
            if (!isAppError(error)) throw error;
          });
        },
        save,
      },
    );
  }

  /** Label and pixels of the live masks of each frame, in any order. */
  async stored(): Promise<Record<string, string[]>> {
    const labels = new Map((await this.store.labels.list()).map(({ id, name }) => [id, name]));
    const all: Record<string, string[]> = {};
    for (const { id, relativePath } of await framesOf(this.store)) {
      const masks = await this.store.masks.ofFrame(id);
      const live = masks.filter(({ current: { state } }) => state !== 'rejected' && state !== 'deleted');
      if (live.length > 0) {
        all[relativePath] = live.map(({ labelId, current }) => `${labels.get(labelId)} ${current.rle.counts}`).sort();
      }
    }
    return all;
  }

  /** Where masks of others lie. */
  get others(): string {
    return join(this.folder, 'masks of others');
  }

  put(path: string, content: string | Uint8Array): string {
    const file = join(this.others, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }
}

/** A bench that every test of a file has to itself. */
export function importBench(): ImportBench {
  const bench = new ImportBench();
  beforeEach(() => {
    bench.folder = mkdtempSync(join(tmpdir(), 'import-'));
  });
  afterEach(() => bench.close());
  return bench;
}

export const wantedOf = (cases: readonly HardCase[]): Record<string, string[]> =>
  Object.fromEntries(
    cases.map(({ path, masks }) => [path, masks.map(([label, mask]) => `${label} ${cocoRle(mask).counts}`).sort()]),
  );
