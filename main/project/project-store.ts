/**
 * A project: one folder, one process, its tables by what they hold. It is open in one reading: the frames' reviews, masks
 * and measurements that it tells are of that one. Neither files nor pixels nor heads are read here.
 */
import { basename, join, resolve } from 'node:path';
import { MAIN_READING, type Reading, type ReadingId } from '../../shared/domain';
import { Adjudications } from './adjudications';
import { Audit, Settings } from './books';
import { Comments } from './comments';
import { createDatabase, FOLDER_SUFFIX, openDatabase } from './database';
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
import { Statistics } from './statistics';
import { Visits } from './visits';

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
  readonly settings: Settings;
  readonly audit: Audit;

  private constructor(
    /** The project's folder, absolute. */
    readonly folder: string,
    /** In which it is open. */
    readonly reading: Reading,
    private readonly database: OpenDatabase,
  ) {
    const { db } = database;
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
    this.rounds = new Rounds(db);
    this.heads = new Heads(db);
    this.scores = new Scores(db, reading.id);
    this.visits = new Visits(db);
    this.statistics = new Statistics(db, reading, this.frames, this.masks);
    this.settings = new Settings(db);
    this.audit = new Audit(db);
  }

  /**
   * Makes the folder `NAME.sonomask` and opens it.
   *
   * @throws AppError `usage` when the name does not end so or is taken, `disk-full`, `write-failed`.
   */
  static async create(folder: string): Promise<ProjectStore> {
    await createDatabase(resolve(folder));
    return ProjectStore.open(folder);
  }

  /**
   * Opens a project for this process alone, in its main reading or another one. One of an older version is brought up to
   * date after a backup copy.
   *
   * @throws AppError `file-not-found`, `project-locked` naming who has it open, `project-newer`, `project-corrupt`,
   *   `disk-full`, `write-failed`; `usage` for an unknown reading.
   */
  static async open(folder: string, readingId: ReadingId = MAIN_READING): Promise<ProjectStore> {
    const path = resolve(folder);
    const database = await openDatabase(path);
    try {
      return new ProjectStore(path, await new Readings(database.db).get(readingId), database);
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /** What belongs to a reading, whichever the project is open in. Nothing here asks whether somebody may see it. */
  in(reading: ReadingId): ReadingStore {
    const { db } = this.database;
    return {
      frames: new Frames(db, reading),
      masks: new Masks(db, reading),
      measurements: new Measurements(db, reading),
    };
  }

  /** The project's name as the user gave it. */
  get name(): string {
    return basename(this.folder, FOLDER_SUFFIX);
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
    return join(this.headsFolder, `${sha256}.safetensors`);
  }

  /** Waits for what was begun, then closes the project and gives it free. No method may be called afterwards. */
  async close(): Promise<void> {
    await this.database.close();
  }
}
