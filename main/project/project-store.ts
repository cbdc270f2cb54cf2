/**
 * A project, in a folder for one process or on a server for a team: its tables by what they hold. It is open in one reading:
 * the frames' reviews, masks and measurements that it tells are of that one. Neither files nor pixels nor heads are read here.
 */
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { MAIN_READING, type ProjectFinding, type Reading, type ReadingId, type TeamMember } from '../../shared/domain';
import { isAppError } from '../../shared/errors';
import { writeError } from '../files';
import { Adjudications } from './adjudications';
import { Batches } from './batches';
import { Audit, Settings } from './books';
import { Comments } from './comments';
import { createDatabase, FOLDER_SUFFIX, openBeside, openDatabase, openForReading } from './database';
import type { OpenDatabase } from './database';
import { Frames } from './frames';
import { Heads } from './heads';
import { Images } from './images';
import { Labels } from './labels';
import { Lessons } from './lessons';
import { Masks } from './masks';
import { Measurements } from './measurements';
import { Outlines } from './outlines';
import { Readings } from './readings';
import { Rounds } from './rounds';
import { Scores } from './scores';
import { lastSeal } from './seals/seal-all';
import { verify, type Finding, type Verification, type VerifyOptions } from './seals/verify';
import { whereaboutsOf } from './seals/whereabouts';
import { headFileName, headOnServer, KEY_FILE, ServerFiles } from './server/files';
import { Leases } from './server/leases';
import { isServerPlace, localFolder, parsePlace, placeText } from './server/place';
import { openServerDatabase, prepareServerDatabase } from './server/server-database';
import { Statistics } from './statistics';
import { Visits } from './visits';

/** How a project is reached, and where this computer keeps its files. */
interface Reached {
  /** Its folder, absolute; on a server its connection string, without the password. */
  readonly place: string;
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  /** As whom the server knows us; null in a folder, where the caller says who works. */
  readonly member: TeamMember | null;
  readonly database: OpenDatabase;
}

/** What belongs to one reading. */
export interface ReadingStore {
  readonly frames: Frames;
  readonly masks: Masks;
  readonly measurements: Measurements;
}

export class ProjectStore implements ReadingStore {
  readonly images: Images;
  readonly frames: Frames;
  readonly labels: Labels;
  readonly masks: Masks;
  readonly measurements: Measurements;
  readonly lessons: Lessons;
  readonly rounds: Rounds;
  readonly heads: Heads;
  readonly scores: Scores;
  readonly visits: Visits;
  readonly statistics: Statistics;
  readonly comments: Comments;
  readonly readings: Readings;
  /** Of any reading. */
  readonly outlines: Outlines;
  readonly adjudications: Adjudications;
  readonly batches: Batches;
  readonly settings: Settings;
  readonly audit: Audit;
  /** Who works on which frame; null in a folder, which one process has for itself. */
  readonly leases: Leases | null;

  private constructor(
    private readonly reached: Reached,
    /** In which it is open. */
    readonly reading: Reading,
  ) {
    const { db } = reached.database;
    const files = reached.member === null ? null : new ServerFiles(db, reached.folder);
    const own = this.in(reading.id);
    this.images = new Images(db);
    this.frames = own.frames;
    this.labels = new Labels(db);
    this.masks = own.masks;
    this.measurements = own.measurements;
    this.comments = new Comments(db, reading);
    this.readings = new Readings(db);
    this.outlines = new Outlines(db);
    this.adjudications = new Adjudications(db);
    this.lessons = new Lessons(db);
    this.rounds = new Rounds(db, files);
    this.heads = new Heads(db, files);
    this.scores = new Scores(db, reading.id);
    this.visits = new Visits(db);
    this.statistics = new Statistics(db, reading, this.frames, this.masks);
    this.batches = new Batches(db, reading.id);
    this.settings = new Settings(db);
    this.audit = new Audit(db);
    this.leases = reached.member === null ? null : new Leases(db);
  }

  /**
   * Makes the folder `NAME.sonomask`, or a schema on a server, and opens it.
   *
   * @param place a folder, or `postgres://…?project=NAME`
   * @throws AppError `usage` when the name is no project's or is taken, `disk-full`, `write-failed`; on a server what
   *   `open` throws, and `not-permitted`.
   */
  static async create(place: string): Promise<ProjectStore> {
    await (isServerPlace(place) ? prepareServerDatabase(parsePlace(place)) : createDatabase(resolve(place)));
    return ProjectStore.open(place);
  }

  /**
   * Opens a project in its main reading or another one: a folder for this process alone, one on a server beside others. A
   * folder of an older version is brought up to date after a backup copy.
   *
   * @param place a folder, or `postgres://…?project=NAME`
   * @throws AppError `file-not-found`, `project-locked` naming who has it open, `project-newer`, `project-corrupt`,
   *   `disk-full`, `write-failed`; on a server `project-unknown`, `not-a-member`, `project-older`, `server-unreachable`, `login-refused`,
   *   `certificate-refused`; `usage` for an unknown reading.
   */
  static async open(place: string, readingId: ReadingId = MAIN_READING): Promise<ProjectStore> {
    const reached = await (isServerPlace(place) ? reachServer(place) : reachFolder(resolve(place)));
    const { database } = reached;
    try {
      return new ProjectStore(reached, await new Readings(database.db).get(readingId));
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /**
   * As `open`, or beside the process that has the folder open already: then for nothing but looking at a batch and
   * changing its state, of which that process hears.
   */
  static async openForBatch(place: string): Promise<ProjectStore> {
    try {
      return await ProjectStore.open(place);
    } catch (error) {
      if (!isAppError(error) || error.code !== 'project-locked') throw error;
      const folder = resolve(place);
      const reached = reachedFolder(folder, openBeside(folder));
      return new ProjectStore(reached, await new Readings(reached.database.db).get(MAIN_READING));
    }
  }

  /**
   * As `open`, for `verify` alone, beside the process that has a folder open. Not in that process.
   *
   * @throws AppError as `open` does
   */
  static async openForReading(place: string): Promise<ProjectStore> {
    if (isServerPlace(place)) return ProjectStore.open(place);
    const folder = resolve(place);
    const reached = reachedFolder(folder, openForReading(folder));
    return new ProjectStore(reached, await new Readings(reached.database.db).get(MAIN_READING));
  }

  /** What belongs to a reading, whichever the project is open in. Nothing here asks whether somebody may see it. */
  in(reading: ReadingId): ReadingStore {
    const { db } = this.reached.database;
    return {
      frames: new Frames(db, reading),
      masks: new Masks(db, reading),
      measurements: new Measurements(db, reading),
    };
  }

  /** The project's name as the user gave it. */
  get name(): string {
    return this.reached.name;
  }

  /** What `open` takes: its folder, or its connection string without the password. */
  get place(): string {
    return this.reached.place;
  }

  /** Absolute; of a project on a server what this computer keeps of it. */
  get folder(): string {
    return this.reached.folder;
  }

  /** As whom the server knows us, and the only name it takes work under; null in a folder. */
  get user(): string | null {
    return this.reached.member?.user ?? null;
  }

  /** The same with the role; the server enforces it, whatever is made of it here. */
  get member(): TeamMember | null {
    return this.reached.member;
  }

  /** Of a folder: its database is not what it was when it was closed last. The disk has failed, or another program was at it. */
  get changedOutside(): boolean {
    return this.reached.database.changedOutside ?? false;
  }

  /** Embeddings and thumbnails; may be deleted at any time. */
  get cacheFolder(): string {
    return join(this.folder, 'cache');
  }

  /** Fine-tuned heads of this project. */
  get headsFolder(): string {
    return join(this.folder, 'heads');
  }

  /** Where the head version with this hash is. */
  headFile(sha256: string): string {
    return join(this.folder, headFileName(sha256));
  }

  /** Hash of the last seal: who has it written down can tell whether anything before it was changed since. */
  async head(): Promise<string> {
    return (await lastSeal(this.reached.database.db))?.hash ?? '';
  }

  /** Everything in the project, in all readings, compared with its seals. @throws AppError `cancelled` */
  verify(options: Omit<VerifyOptions, 'headFile'> = {}): Promise<Verification> {
    const { member, database } = this.reached;
    const headFile = (sha256: string): Promise<Uint8Array | null> =>
      member === null ? readFile(this.headFile(sha256)).catch(() => null) : headOnServer(database.db, sha256);
    return verify(database.db, { ...options, headFile });
  }

  /** Which frame a finding is about, and what it is called now. */
  whereabouts({ where, what }: Finding): Promise<Pick<ProjectFinding, 'name' | 'image'>> {
    return whereaboutsOf(this.reached.database.db, where, what);
  }

  /** Waits for what was begun, then closes the project and gives it free. No method may be called afterwards. */
  async close(): Promise<void> {
    await this.reached.database.close();
  }
}

async function reachFolder(folder: string): Promise<Reached> {
  return reachedFolder(folder, await openDatabase(folder));
}

function reachedFolder(folder: string, database: OpenDatabase): Reached {
  return { place: folder, name: basename(folder, FOLDER_SUFFIX), folder, member: null, database };
}

async function reachServer(text: string): Promise<Reached> {
  const place = parsePlace(text);
  const database = await openServerDatabase(place);
  const folder = localFolder(place);
  try {
    for (const name of ['cache', 'heads']) mkdirSync(join(folder, name), { recursive: true, mode: 0o700 });
    await new ServerFiles(database.db, folder).fetch(KEY_FILE);
  } catch (error) {
    await database.close();
    throw isAppError(error) ? error : writeError(folder, error);
  }
  const { user, role } = database;
  return { place: placeText(place), name: place.project, folder, member: { user, role }, database };
}
