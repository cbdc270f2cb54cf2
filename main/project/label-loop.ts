/** Who stands for one label's masks on each frame of a loop. No pixels: a loop of hundreds of frames is looked at at once. */
import {
  MACHINE_STATES,
  origin,
  type FrameId,
  type ImageId,
  type LabelId,
  type LabelOnFrame,
  type ReadingId,
  type ReviewState,
} from '../../shared/domain';
import { reviewIn } from './readings';
import type { RevisionRow } from './revisions';
import type { ProjectDb } from './schema';

type Row = Pick<RevisionRow, 'id' | 'state' | 'quality' | 'origin' | 'tool'>;

/** Frames in their order, as one reading has them; none for an unknown image. */
export async function labelThroughLoop(
  db: ProjectDb,
  reading: ReadingId,
  imageId: ImageId,
  labelId: LabelId,
): Promise<LabelOnFrame[]> {
  const frames = await db
    .selectFrom('frames')
    .select(['frames.id', reviewIn(reading).as('review')])
    .where('image_id', '=', imageId)
    .orderBy('frame_index')
    .execute();
  const rows = await db
    .selectFrom('masks')
    .innerJoin('frames', 'frames.id', 'masks.frame_id')
    .innerJoin('revisions', (join) =>
      join.on('revisions.id', '=', (eb) =>
        eb
          .selectFrom('revisions as newer')
          .select((max) => max.fn.max('newer.id').as('id'))
          .whereRef('newer.mask_id', '=', 'masks.id'),
      ),
    )
    .select([
      'masks.frame_id',
      'revisions.id',
      'revisions.state',
      'revisions.quality',
      'revisions.origin',
      'revisions.tool',
    ])
    .where('frames.image_id', '=', imageId)
    .where('masks.label_id', '=', labelId)
    .where('masks.reading_id', '=', reading)
    .where('revisions.state', 'not in', ['rejected', 'deleted'])
    .execute();
  const masksOf = new Map<FrameId, Row[]>();
  for (const row of rows) masksOf.set(row.frame_id, [...(masksOf.get(row.frame_id) ?? []), row]);
  return frames.map(({ id, review }) => onFrame(id, review, masksOf.get(id) ?? []));
}

function onFrame(frameId: FrameId, review: ReviewState, masks: readonly Row[]): LabelOnFrame {
  const drawn = masks.flatMap(({ id, tool }) => (tool === 'review' ? [] : id));
  const revisionId = drawn.length > 0 ? Math.max(...drawn) : null;
  const common = { frameId, masks: masks.length, confidence: null, fromFrameId: null, revisionId };
  const byHand = masks.some(({ state }) => !MACHINE_STATES.has(state));
  if (byHand || review === 'accepted' || review === 'rejected') return { ...common, by: 'human' };
  const carried = masks.filter(({ state }) => state === 'propagated');
  const [first] = carried;
  if (!first || carried.length < masks.length) return { ...common, by: masks.length > 0 ? 'head' : 'nobody' };
  const sure = carried.flatMap(({ quality }) => quality ?? []);
  const confidence = sure.length === carried.length ? Math.min(...sure) : null;
  const { fromFrameId = null } = origin.parse(JSON.parse(first.origin));
  return { ...common, by: 'propagation', confidence, fromFrameId };
}
