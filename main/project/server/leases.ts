/**
 * Who works on a frame of a shared project. A lease runs out by the server's clock unless it is renewed, so one whose holder
 * crashed or lost the connection frees itself. The server refuses edits of a frame that somebody else has leased.
 */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { rowId, type FrameId, type FrameLease } from '../../../shared/domain';
import { parseInput } from '../parse';
import type { ProjectDb } from '../schema';

/** How long a lease lasts without being renewed, and how often its holder renews it. */
export const LEASE_SECONDS = 60;
export const RENEWAL_SECONDS = 20;

/** What others have done and do, as far as a window must know. */
export interface Presence {
  /** Who else has the frame that was asked about; null: nobody. */
  readonly holder: string | null;
  /** Counts up with every change of masks, and with every entry of the audit, reviews among them. */
  readonly lastRevision: number;
  readonly lastAudit: number;
}

export class Leases {
  /** Tells this opening of the project from others of the same user. */
  readonly #session = randomUUID();

  /** @param seconds how long a lease lasts without being renewed; the server allows ten minutes at most */
  constructor(
    private readonly db: ProjectDb,
    private readonly seconds = LEASE_SECONDS,
  ) {}

  /** Takes or renews the lease, if nobody else holds it; told is who holds it now. */
  async take(frameId: FrameId): Promise<FrameLease> {
    const id = parseInput(rowId, frameId, 'frame id');
    const taking = sql<{ mine: boolean; holder: string; since: Date }>`select mine, holder, held_since as since
      from take_lease(${id}, ${this.#session}, ${this.seconds})`;
    const { rows } = await taking.execute(this.db);
    const [held] = rows;
    // Given away between two statements of the server: the next asking finds out.
    if (!held?.since) return { mine: false, holder: '', since: new Date().toISOString() };
    return { mine: held.mine, holder: held.holder, since: held.since.toISOString() };
  }

  /** @param frameId null: no frame is asked about */
  async look(frameId: FrameId | null): Promise<Presence> {
    const { rows } = await sql<Presence>`select
      (select user_name from frame_leases where frame_id = ${frameId}::integer and expires_at > clock_timestamp()
        and not (user_name = session_user and session = ${this.#session})) as holder,
      coalesce((select max(id) from revisions), 0) as "lastRevision",
      coalesce((select max(id) from audit), 0) as "lastAudit"`.execute(this.db);
    const [found] = rows;
    return found ?? { holder: null, lastRevision: 0, lastAudit: 0 };
  }

  /** Others may have the frame. Nothing where it was not ours any more. */
  async give(frameId: FrameId): Promise<void> {
    await sql`select give_lease(${parseInput(rowId, frameId, 'frame id')}, ${this.#session})`.execute(this.db);
  }
}
