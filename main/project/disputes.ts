/**
 * Frames about which readers differ: two have read one, and of a label only one has an outline there, or their outlines
 * overlap too little. Outlines are those that the agreement report compares. Found by reading them all, and kept until
 * something has been done in the project. Who may know is not asked here.
 */
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import { DIFFER_DICE, type FrameId, type LabelId, type MaskRle } from '../../shared/domain';
import { decompressCounts, wholeMask } from '../../shared/mask';
import { dice, diceOfRuns } from '../../shared/metrics';
import { Outlines, type Outline, type ReaderOutlines } from './outlines';
import { Readings } from './readings';
import type { ProjectDb } from './schema';

/** Frames compared at a stretch: a few milliseconds. */
const STRETCH = 200;

export class Disputes {
  #known: { readonly stamp: string; readonly frames: Promise<ReadonlySet<FrameId>> } | undefined;

  constructor(private readonly db: ProjectDb) {}

  /** Ids, in no order. */
  async frames(): Promise<ReadonlySet<FrameId>> {
    const stamp = await this.#stamp();
    if (this.#known?.stamp !== stamp) {
      const known = { stamp, frames: this.#find() };
      this.#known = known;
      known.frames.catch(() => this.#known === known && (this.#known = undefined));
    }
    return this.#known.frames;
  }

  /** Another one after every change of a mask or a review: both leave rows in tables that only grow. */
  async #stamp(): Promise<string> {
    const tables = ['revisions', 'audit', 'measurements', 'readings'];
    const all = sql.join(tables.map((name) => sql`(select count(*) from ${sql.table(name)}) as ${sql.ref(name)}`));
    const { rows } = await sql<Record<string, unknown>>`select ${all}`.execute(this.db);
    return JSON.stringify(rows);
  }

  async #find(): Promise<ReadonlySet<FrameId>> {
    const outlines = new Outlines(this.db);
    const readers: ReaderOutlines[] = [];
    for (const { id } of await new Readings(this.db).list()) readers.push(await outlines.ofReader(id));
    const found = new Set<FrameId>();
    let compared = 0;
    for (const [k, first] of readers.entries()) {
      for (const second of readers.slice(k + 1)) {
        for (const id of first.read) {
          if (!second.isRead.has(id) || found.has(id)) continue;
          if (++compared % STRETCH === 0) await setImmediate();
          const [ofFirst, ofSecond] = [first.byFrame.get(id) ?? [], second.byFrame.get(id) ?? []];
          if (labelsThatDiffer(ofFirst, ofSecond, DIFFER_DICE).length > 0) found.add(id);
        }
      }
    }
    return found;
  }
}

/**
 * Labels of which the outlines on one frame have a Dice below `least`, or only one reader has any.
 *
 * @throws AppError `format-corrupt` for run lengths that are no mask
 */
export function labelsThatDiffer(
  ofFirst: readonly Outline[],
  ofSecond: readonly Outline[],
  least: number,
): readonly LabelId[] {
  const labels = new Set([...ofFirst, ...ofSecond].map(({ labelId }) => labelId));
  return [...labels].filter((label) => {
    const of = (outlines: readonly Outline[]): MaskRle[] =>
      outlines.filter(({ labelId }) => labelId === label).map(({ rle }) => rle);
    return overlap(of(ofFirst), of(ofSecond)) < least;
  });
}

/** Dice of what each has outlined, all instances together; 0 where one has nothing. */
function overlap(first: readonly MaskRle[], second: readonly MaskRle[]): number {
  const [a, b] = [first[0], second[0]];
  if (!a || !b) return 0;
  if (first.length === 1 && second.length === 1 && a.widthPx === b.widthPx && a.heightPx === b.heightPx) {
    return diceOfRuns(decompressCounts(a.counts), decompressCounts(b.counts));
  }
  const [wholeA, wholeB] = [wholeMask(first), wholeMask(second)];
  return wholeA && wholeB ? dice(wholeA, wholeB) : 0;
}
