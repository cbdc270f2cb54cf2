/** How long frames were worked on, written once when each is left. What it comes to is `statistics.ts`. */
import { frameVisit } from '../../shared/domain';
import type { FrameVisit } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { parseInput } from './parse';
import type { ProjectDb } from './schema';

export class Visits {
  constructor(private readonly db: ProjectDb) {}

  /** @throws AppError `frame-changed` for a frame that has not these pixels, one of another project for instance. */
  async record(visit: FrameVisit, user: string): Promise<void> {
    const { frameId, frameSha256, activeMs, why } = parseInput(frameVisit, visit, 'visit');
    await this.db.transaction().execute(async (trx) => {
      const frame = await trx
        .selectFrom('frames')
        .select('id')
        .where('id', '=', frameId)
        .where('sha256', '=', frameSha256)
        .executeTakeFirst();
      if (!frame) throw new AppError('frame-changed', `frame ${frameId}`, `frame ${frameId} is not ${frameSha256}`);
      await trx
        .insertInto('visits')
        .values({
          frame_id: frameId,
          active_ms: activeMs,
          why,
          user_name: user,
          created_at: new Date().toISOString(),
        })
        .execute();
    });
  }
}
