/** How fast frames are done: of late, and as it was measured on this machine before. */
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files';
import type { ProjectStore } from '../project';

const measured = z.object({ host: z.string(), modelId: z.string(), rate: z.number().positive() });
/** So many frames tell the pace of late. */
const WINDOW = 64;

/** Frames a second on this machine with this model; undefined where nobody knows. */
export async function rememberedPace(store: ProjectStore, modelId: string): Promise<number | undefined> {
  try {
    const known = measured.parse(JSON.parse(await readFile(fileOf(store), 'utf8')));
    return known.host === hostname() && known.modelId === modelId ? known.rate : undefined;
  } catch {
    return undefined;
  }
}

/** Beside the embeddings: it is this machine's, and not worth more than they are. */
export async function rememberPace(store: ProjectStore, modelId: string, rate: number): Promise<void> {
  const text = JSON.stringify({ host: hostname(), modelId, rate });
  // Where it cannot be kept it is measured again.
  await writeAtomically(fileOf(store), (write) => write(text)).catch(() => undefined);
}

function fileOf({ cacheFolder }: Pick<ProjectStore, 'cacheFolder'>): string {
  return join(cacheFolder, 'batch-pace.json');
}

export class Pace {
  /** When frames were done, ms; the first is when the work began. */
  readonly #times: number[];

  constructor(private readonly now: () => number = () => performance.now()) {
    this.#times = [now()];
  }

  /** One more is done. */
  note(): void {
    this.#times.push(this.now());
    if (this.#times.length > WINDOW) this.#times.shift();
  }

  /** Frames a second; null until some are done: the first wait for models to be read. */
  get rate(): number | null {
    const [first = 0] = this.#times;
    const last = this.#times.at(-1) ?? first;
    const frames = this.#times.length - 1;
    return frames < 4 || last <= first ? null : (1_000 * frames) / (last - first);
  }

  /** Whether the rate is one to be remembered. */
  get isSteady(): boolean {
    return this.#times.length >= WINDOW / 2;
  }
}
