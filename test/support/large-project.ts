/**
 * A project as large as they come, written straight into its tables: frames without files, each with a proposal and what a
 * reader made of it. For measuring; what a project must be like is the store's own tests' affair.
 */
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import type { Kysely } from 'kysely';
import { ProjectStore } from '../../main/project';
import { openDatabase } from '../../main/project/database';
import { sealAll } from '../../main/project/seals/seal-all';
import { PROPOSING_USER, type SourceImage } from '../../shared/domain';
import { brushStroke, compressCounts, runLengths } from '../../shared/mask';

const [WIDTH, HEIGHT] = [640, 480];
const FRAMES_AN_IMAGE = 10;
const READER = 'Reader';
/** Noon UTC. */
export const LARGE_PROJECT_BEGAN = Date.UTC(2026, 4, 28, 12);

/** Run lengths of discs that differ by a little. */
function outlines(): string[] {
  return Array.from({ length: 16 }, (_, i) =>
    compressCounts(runLengths(brushStroke([300 + 2 * i, 240], 90, WIDTH, HEIGHT))),
  );
}

/** @returns the project's folder; made in `folder` */
export async function writeLargeProject(folder: string, frames: number): Promise<string> {
  const store = await ProjectStore.create(join(folder, 'Large.sonomask'));
  const images: SourceImage[] = Array.from({ length: Math.ceil(frames / FRAMES_AN_IMAGE) }, (_, i) => {
    const name = `patient ${String(i >> 2).padStart(4, '0')}`;
    const relativePath = `${name}/loop ${i % 4}.dcm`;
    return {
      study: { key: name, name, patient: name },
      series: { key: 'b', name: 'B-mode' },
      ...{ absolutePath: join(folder, relativePath), relativePath, sizeBytes: 1_000, mtimeMs: 1_700_000_000_000 },
      ...{ frameCount: FRAMES_AN_IMAGE, widthPx: WIDTH, heightPx: HEIGHT },
    };
  });
  await store.images.add(images);
  await store.labels.create({ name: 'lesion' });
  await store.close();
  fill(join(store.folder, 'project.db'));
  const { db, close } = await openDatabase(store.folder);
  await sealAll(db as unknown as Kysely<unknown>, ['frames', 'masks', 'revisions', 'visits']);
  await close();
  return store.folder;
}

/** Every third proposal is accepted, every third corrected in two strokes, every ninth rejected, the rest left. */
function fill(path: string): void {
  const database = new DatabaseSync(path);
  const shapes = outlines();
  const frames = database.prepare('select id from frames order by id').all() as { id: number }[];
  const hash = database.prepare(`update frames set sha256 = ?, review = ? where id = ?`);
  const mask = database.prepare('insert into masks (frame_id, label_id) values (?, 1)');
  const revision = database.prepare(`insert into revisions
    (mask_id, previous_id, state, width_px, height_px, rle_counts, area_px, quality, origin, tool, user_name, created_at)
    values (?, ?, ?, ${WIDTH}, ${HEIGHT}, ?, 25000, 0.9, ?, ?, ?, ?)`);
  const visit = database.prepare(
    `insert into visits (frame_id, active_ms, why, user_name, created_at) values (?, ?, ?, '${READER}', ?)`,
  );
  database.exec('begin');
  for (const [i, { id }] of frames.entries()) {
    const time = new Date(LARGE_PROJECT_BEGAN + i * 20_000).toISOString();
    const outcome = ['accepted', 'corrected', i % 9 === 2 ? 'rejected' : 'proposed'][i % 3] as string;
    hash.run(id.toString(16).padStart(64, '0'), outcome, id);
    const maskId = Number(mask.run(id).lastInsertRowid);
    const proposal = JSON.stringify({ tool: 'proposal', modelId: 'model', headVersion: `v${1 + ((i / 5_000) | 0)}` });
    let last: number | null = null;
    const add = (state: string, shape: number, origin: string, tool: string, user: string): void => {
      const counts = shapes[(i + shape) % shapes.length] as string;
      last = Number(revision.run(maskId, last, state, counts, origin, tool, user, time).lastInsertRowid);
    };
    add('proposed', 0, proposal, 'proposal', PROPOSING_USER);
    if (outcome === 'corrected') for (const step of [1, 2]) add('corrected', step, '{"tool":"brush"}', 'brush', READER);
    if (outcome === 'accepted' || outcome === 'rejected') add(outcome, 0, '{"tool":"review"}', 'review', READER);
    if (outcome !== 'proposed') visit.run(id, 4_000 + (i % 100) * 100, i % 10 === 0 ? 'control' : 'mix', time);
  }
  database.exec('commit');
  database.close();
}
