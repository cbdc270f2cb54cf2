/**
 * Updates as a user meets them: looked for, fetched, handed over, one act at a time, each only when it is asked for. The state
 * is told with each change. It knows no window and no Electron.
 */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gt, valid } from 'semver';
import { AppError } from '../../shared/errors';
import { toWireError, type UpdatesState } from '../../shared/ipc';
import { logError } from '../log';
import { chooseUpdate, type Program, type Update } from './choice';
import { FEED_NAMES, readFeed, type FeedPackage } from './feed';
import { fetchPackage } from './package';
import { openPlace, type Fetch, type Place } from './place';

export interface UpdateParts {
  readonly program: Program;
  /** As `process.platform`. */
  readonly platform: string;
  /** File with the public key (Ed25519, PEM); there may be none. Part of the program, never of a profile. */
  readonly keyFile: string;
  /** For packages; it is emptied when the program is up to date. */
  readonly folder: string;
  readonly fetch: Fetch;
  /** As the settings have it now; empty: none. */
  place(): string;
  /** The newest version of any feed with a right signature; kept from run to run. */
  readonly newestSeen: { get(): string | null; set(version: string): Promise<void> };
  /** Undefined: a person must do it. Ends the program. */
  readonly install: ((update: Update, path: string) => Promise<void>) | undefined;
  /** A round or a batch runs. */
  isBusy(): boolean;
  tell(state: UpdatesState): void;
}

type Phase = UpdatesState['phase'];

/** So that a fast disk does not flood the page. */
const TELL_EVERY_MS = 100;

export class UpdateDesk {
  #state: UpdatesState;
  #found: { readonly update: Update; readonly place: Place } | undefined;
  #running: AbortController | undefined;

  private constructor(
    private readonly parts: UpdateParts,
    private readonly publicKey: string | undefined,
  ) {
    this.#state = {
      ...{ hasKey: publicKey !== undefined, handover: parts.install ? 'install' : 'show', phase: 'idle' },
      ...{ update: null, doneBytes: 0, package: null, failure: null },
    };
  }

  static async open(parts: UpdateParts): Promise<UpdateDesk> {
    return new UpdateDesk(parts, await readFile(parts.keyFile, 'utf8').catch(() => undefined));
  }

  get state(): UpdatesState {
    return this.#state;
  }

  look(): Promise<UpdatesState> {
    return this.#act('looking', 'idle', async (signal) => {
      this.#found = undefined;
      const { parts, publicKey } = this;
      const name = FEED_NAMES[parts.platform];
      if (publicKey === undefined || name === undefined)
        throw new AppError('usage', 'updates', 'a program without a key');
      const place = openPlace(parts.place(), parts.fetch);
      const feed = await readFeed(place, name, publicKey, signal);
      const seen = valid(parts.newestSeen.get());
      if (seen === null || gt(feed.version, seen)) await parts.newestSeen.set(feed.version);
      const update = chooseUpdate(feed, parts.program, seen);
      if (signal.aborted) throw new AppError('cancelled', name, 'looking was withdrawn');
      if (update) this.#found = { update, place };
      else await this.#empty();
      return update ? 'found' : 'current';
    });
  }

  fetch(): Promise<UpdatesState> {
    return this.#act('fetching', 'found', async (signal) => {
      const { update, place } = this.#needed();
      await this.#empty();
      let told = 0;
      const onProgress = (doneBytes: number): void => {
        if (Date.now() - told < TELL_EVERY_MS) return;
        told = Date.now();
        this.#change({ doneBytes });
      };
      await fetchPackage(place, update.file, this.#pathOf(update.file), { signal, onProgress });
      return 'ready';
    });
  }

  /** @throws nothing; where it succeeds the program ends */
  install(): Promise<UpdatesState> {
    const from = this.#state.package;
    return this.#act('installing', 'ready', async () => {
      const { update } = this.#needed();
      const { install, isBusy } = this.parts;
      if (!install || from === null) throw new AppError('usage', update.version, 'nothing to install');
      if (isBusy()) throw new AppError('update-busy', update.version, 'a round or a batch runs');
      await install(update, from);
      return 'installing';
    });
  }

  cancel(): void {
    if (this.#state.phase !== 'installing') this.#running?.abort();
  }

  /** Updates lie elsewhere now: what was found is of no account. */
  forget(): void {
    this.#found = undefined;
    this.cancel();
    if (!this.#running) this.#change({ phase: 'idle', failure: null });
  }

  #needed() {
    if (!this.#found) throw new AppError('usage', 'updates', 'no update was found');
    return this.#found;
  }

  #pathOf(file: FeedPackage): string {
    return join(this.parts.folder, file.url);
  }

  async #empty(): Promise<void> {
    await rm(this.parts.folder, { recursive: true, force: true });
  }

  /**
   * @param otherwise the phase it leads to where it fails or is withdrawn
   * @param work answers the phase it leads to
   */
  async #act(phase: Phase, otherwise: Phase, work: (signal: AbortSignal) => Promise<Phase>): Promise<UpdatesState> {
    if (this.#running) throw new AppError('usage', 'updates', 'something is under way');
    const controller = new AbortController();
    this.#running = controller;
    this.#change({ phase, doneBytes: 0, failure: null });
    let [after, failure]: [Phase, UpdatesState['failure']] = [otherwise, null];
    try {
      after = await work(controller.signal);
    } catch (error) {
      const { code, subject } = toWireError(error, 'updates');
      if (code !== 'cancelled') {
        logError('updates', error);
        failure = { code, subject };
      }
    }
    this.#running = undefined;
    // It may have been forgotten meanwhile.
    this.#change({ phase: this.#found || after === 'current' ? after : 'idle', failure });
    return this.#state;
  }

  #change(change: Partial<Pick<UpdatesState, 'phase' | 'doneBytes' | 'failure'>>): void {
    const now = { ...this.#state, ...change };
    const found = this.#found?.update;
    const update = found ? { version: found.version, notes: found.notes, sizeBytes: found.file.size } : null;
    const isThere = found !== undefined && (now.phase === 'ready' || now.phase === 'installing');
    this.#state = { ...now, update, package: isThere ? this.#pathOf(found.file) : null };
    this.parts.tell(this.#state);
  }
}
