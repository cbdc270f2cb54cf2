/**
 * A team's project while it is open in the window: takes the frame that is worked on, tells who has the one on screen and what
 * others have changed, and whether the server answers. What may be done is the server's to say (`main/project/server`).
 */
import { clearTimeout, setTimeout } from 'node:timers';
import type { FrameId, SavedEdit } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { EventOf } from '../../shared/ipc';
import type { Tell } from '../inference';
import { RENEWAL_SECONDS, type Leases, type Presence, type ProjectStore } from '../project';
import { summaryOf } from '../study';

/** How often others' work is looked for. */
const LOOK_MS = 2_000;
/** A server that takes longer for a line counts as away. */
const PATIENCE_MS = 10_000;
/** Nobody keeps a frame by leaving it on screen: so long after the last change it is free. */
const IDLE_MS = 5 * 60_000;

/** Of errors that mean that the server is not to be had. */
const AWAY: readonly string[] = ['server-unreachable', 'login-refused', 'certificate-refused'];

export class TeamDesk {
  #frameId: FrameId | null = null;
  /** The frame that is ours, when it was last taken and changed. */
  #held: { readonly frameId: FrameId; takenMs: number; changedMs: number } | undefined;
  #state: EventOf<'team.state'> = { online: true, frameId: null, holder: null };
  /** What is known of others' work; undefined before the first look. */
  #seen: Presence | undefined;
  /** That came of our own work since. */
  #ownRevisions = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #closed = false;

  constructor(
    private readonly store: ProjectStore,
    private readonly leases: Leases,
    private readonly tell: Tell,
  ) {
    this.#lookSoon(0);
  }

  /** Another frame is on screen, or none: one that was ours is free. */
  watch(frameId: FrameId | null): void {
    if (this.#frameId === frameId) return;
    this.#frameId = frameId;
    this.#tell({ ...this.#state, frameId, holder: null });
    this.#giveUp();
    this.#lookSoon(0);
  }

  /**
   * Saves an edit of a frame that nobody else has; it is ours from then on.
   *
   * @throws AppError `frame-leased` naming who has it, and what `save` throws
   */
  async save(frameId: FrameId, save: () => Promise<SavedEdit>): Promise<SavedEdit> {
    try {
      await this.#take(frameId);
      const saved = await save();
      this.#ownRevisions += saved.masks.length;
      return saved;
    } catch (error) {
      if (isAppError(error) && AWAY.includes(error.code)) this.#tell({ ...this.#state, online: false });
      throw error;
    }
  }

  /** Before the project's store is closed. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#giveUp();
  }

  async #take(frameId: FrameId): Promise<void> {
    const now = Date.now();
    const { mine, holder } = await this.leases.take(frameId);
    if (!mine) {
      if (frameId === this.#frameId) this.#tell({ online: true, frameId, holder });
      throw new AppError('frame-leased', holder, `${holder} works on frame ${frameId}`);
    }
    // A save may still be on its way when another frame is on screen: that one is not kept.
    if (frameId === this.#frameId) this.#held = { frameId, takenMs: now, changedMs: now };
    else void this.leases.give(frameId).catch(() => undefined);
  }

  #giveUp(): void {
    const held = this.#held;
    this.#held = undefined;
    // What cannot be given back runs out by itself.
    if (held) void this.leases.give(held.frameId).catch(() => undefined);
  }

  #lookSoon(ms: number): void {
    if (this.#closed || this.#looking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(), ms);
  }

  async #look(): Promise<void> {
    this.#looking = true;
    const frameId = this.#frameId;
    try {
      await this.#renew();
      const found = await inTime(this.leases.look(frameId));
      if (this.#closed) return;
      if (frameId === this.#frameId) this.#tell({ online: true, frameId, holder: found.holder });
      await this.#compare(found);
    } catch (error) {
      if (this.#closed) return;
      if (!isAppError(error)) console.error('team:', error);
      this.#tell({ ...this.#state, online: false });
    } finally {
      this.#looking = false;
      this.#lookSoon(frameId === this.#frameId ? LOOK_MS : 0);
    }
  }

  async #renew(): Promise<void> {
    const held = this.#held;
    if (!held) return;
    const now = Date.now();
    if (now - held.changedMs > IDLE_MS) return this.#giveUp();
    if (now - held.takenMs < RENEWAL_SECONDS * 1000) return;
    const { mine } = await inTime(this.leases.take(held.frameId));
    held.takenMs = now;
    if (!mine && this.#held === held) this.#held = undefined;
  }

  async #compare(found: Presence): Promise<void> {
    const before = this.#seen;
    const own = this.#ownRevisions;
    this.#seen = found;
    this.#ownRevisions = 0;
    if (!before) return;
    if (found.lastRevision - before.lastRevision > own || found.lastAudit > before.lastAudit) await this.#tellChanges();
  }

  /** What is on screen is brought up to date, and the list reads its page anew. */
  async #tellChanges(): Promise<void> {
    const frameId = this.#frameId;
    if (frameId !== null) {
      const frame = await this.store.frames.get(frameId);
      const masks = await this.store.masks.ofFrame(frameId);
      if (this.#closed) return;
      if (frame.sha256 !== null) this.tell('masks.changed', { frameId, frameSha256: frame.sha256, masks });
      this.tell('frames.changed', { frames: [summaryOf(frame)] });
    }
    if (!this.#closed) this.tell('frames.changed', { frames: null });
  }

  #tell(state: EventOf<'team.state'>): void {
    const { online, frameId, holder } = this.#state;
    if (state.online === online && state.frameId === frameId && state.holder === holder) return;
    this.#state = state;
    if (!this.#closed) this.tell('team.state', state);
  }
}

/** @throws AppError `server-unreachable` where the answer takes too long */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError('server-unreachable', 'server', 'no answer in time')), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
