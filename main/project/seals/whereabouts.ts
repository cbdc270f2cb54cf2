/** Where in the project a row is that was found changed, added or removed: which image's, which frame's, how it is called. */
import { sql } from 'kysely';
import type { ProjectFinding } from '../../../shared/domain';
import { keyColumn, TABLES, type Key } from '../rows';
import type { ProjectDb } from '../schema';

type Whereabouts = Pick<ProjectFinding, 'name' | 'image'>;

/** The column that leads towards the frame, and where to. */
const TOWARDS_FRAME: Readonly<Record<string, readonly [column: string, table: string]>> = {
  prompts: ['revision_id', 'revisions'],
  revisions: ['mask_id', 'masks'],
  comment_edits: ['comment_id', 'comments'],
  ...Object.fromEntries(
    [
      ...[
        'masks',
        'measurements',
        'visits',
        'learning_frames',
        'looks',
        'proposal_scores',
        'reading_frames',
        'comments',
      ],
      ...['adjudications', 'batch_items'],
    ].map((table) => [table, ['frame_id', 'frames'] as const]),
  ),
};

const NAME_COLUMNS: Readonly<Record<string, string>> = {
  ...{ studies: 'name', series: 'name', images: 'relative_path', labels: 'name', readings: 'name', heads: 'version' },
  ...{ settings: 'key', audit: 'action' },
};

/** As the project is now, where somebody other than SonoMask has written: nothing is taken for granted. */
export async function whereaboutsOf(db: ProjectDb, table: string, key: Key): Promise<Whereabouts> {
  if (!TABLES.some((known) => known === table)) return { name: null, image: null };
  const name = NAME_COLUMNS[table];
  return {
    name: name === undefined ? null : textOf(await valueOf(db, table, name, key)),
    image: await imageOf(db, table, key),
  };
}

async function imageOf(db: ProjectDb, table: string, key: unknown): Promise<Whereabouts['image']> {
  if (key === undefined || key === null) return null;
  const step = TOWARDS_FRAME[table];
  if (step) return imageOf(db, step[1], await valueOf(db, table, step[0], key));
  if (table !== 'frames') return null;
  const [frame] = await db
    .selectFrom('frames')
    .innerJoin('images', 'images.id', 'frames.image_id')
    .select(['relative_path', 'frame_index', 'frame_count'])
    .where('frames.id', '=', key as number)
    .execute();
  const path = textOf(frame?.relative_path);
  if (!frame || path === null) return null;
  return {
    path,
    frame: frame.frame_count > 1 && Number.isSafeInteger(frame.frame_index) ? frame.frame_index + 1 : null,
  };
}

async function valueOf(db: ProjectDb, table: string, column: string, key: unknown): Promise<unknown> {
  const row = sql<{ value: unknown }>`select ${sql.ref(column)} as value from ${sql.table(table)}
    where ${sql.ref(keyColumn(table))} = ${key}`;
  return (await row.execute(db)).rows[0]?.value;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
