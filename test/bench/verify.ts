/** How long a check of a project against its seals takes: 20,000 frames, 42,000 revisions, each frame and revision sealed by itself. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../main/project/database';
import { keyOf, pages } from '../../main/project/rows';
import { changeText, digestOf, nextSeal } from '../../main/project/seals/canonical';
import { lastSeal } from '../../main/project/seals/seal-all';
import { checkProject } from '../../main/verify';
import { writeLargeProject } from '../support/large-project';
import { median } from './statistics';

const FRAMES = 20_000;
const RUNS = 5;

export async function benchVerify(say: (line: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-bench-'));
  try {
    const place = await writeLargeProject(folder, FRAMES);
    await sealOneByOne(place);
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) {
      const began = performance.now();
      const tools = { signal: new AbortController().signal, onProgress: () => undefined };
      const { rows, seals, findingCount } = await checkProject({ place }, tools);
      times.push(performance.now() - began);
      if (findingCount > 0) throw new Error(`${findingCount} findings in a sound project`);
      if (i === 0) say(`check of a project: ${FRAMES} frames, ${rows} rows, ${seals} seals`);
    }
    const seconds = times.map((ms) => (ms / 1_000).toFixed(1)).join(', ');
    say(`${(median(times) / 1_000).toFixed(1)} s (${seconds})`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As work leaves a chain: a transaction for each frame's state and each revision. */
async function sealOneByOne(place: string): Promise<void> {
  const { db, close } = await openDatabase(place);
  await db.transaction().execute(async (trx) => {
    let last = await lastSeal(trx);
    for (const table of ['frames', 'revisions']) {
      for await (const rows of pages(trx, table)) {
        const seals = rows.map(
          (row) => (last = nextSeal(last, 'bench', changeText(table, keyOf(table, row), digestOf(table, row)))),
        );
        await trx.insertInto('seals').values(seals).execute();
      }
    }
  });
  await close();
}
