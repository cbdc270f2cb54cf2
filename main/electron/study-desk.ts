/**
 * Opening studies: finds or makes the project that belongs to what was opened, so that nobody has to think of projects
 * first, and adds the images to it, telling the page how far it is.
 */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError, isAppError } from '../../shared/errors';
import type { SourceImage } from '../../shared/domain';
import type { AddedStudy, Indexing, Project } from '../../shared/ipc';
import type { PhantomLabel } from '../../shared/phantom';
import { Identities, projectKey, pseudonymous } from '../deidentify';
import type { WorkerHost } from '../inference';
import {
  addStudy,
  firstPresent,
  projectAt,
  projectFor,
  SAMPLE_LABELS,
  sampleCases,
  type SampleCase,
  type StudyApi,
} from '../study';
import type { Page } from './page';
import type { ProjectSession } from './project-session';
import type { Workstation } from './workstation';
import { logError } from '../log';

export interface StudyPlaces {
  /** Folder for projects that cannot lie beside their images. */
  readonly documents: string;
  /** The program's own folder of this user: the sample study goes there. */
  readonly userData: string;
  /** Whether projects are to know patients by pseudonyms only. */
  pseudonyms(): boolean;
  /** Who is written down in the audit. */
  user(): string;
}

const SUFFIX = '.sonomask';
const SAMPLE_NAME = 'SonoMask Sample';
const NOTHING_ADDED = { added: 0, unchanged: 0, changed: 0, failed: [], failedCount: 0, cancelled: false };
/** How often the study list is told to look again while images are added. */
const LIST_INTERVAL_MS = 300;

export class StudyDesk {
  /** One after the other: two runs would tell two progresses. */
  #turn: Promise<unknown> = Promise.resolve();
  #cancel = new AbortController();
  #listToldMs = 0;

  constructor(
    private readonly session: ProjectSession,
    private readonly workstation: Workstation,
    private readonly page: Page,
    private readonly places: StudyPlaces,
  ) {}

  /** See `study.add`. */
  async add(paths: readonly string[]): Promise<AddedStudy> {
    const [first = ''] = paths;
    const itself = paths.length === 1 ? await projectAt(first) : undefined;
    if (itself !== undefined) return { project: await this.session.open(itself), ...NOTHING_ADDED };
    // Before a project is made: one for images that are not there would be an empty one.
    const present = await firstPresent(paths);
    assertMayAdd(this.session);
    const project = this.session.current ?? (await this.#openProjectOf(present));
    return this.#inTurn(() => this.#add(project, paths, (progress) => this.page.tell('study.indexing', progress)));
  }

  cancel(): void {
    this.#cancel.abort();
    this.#cancel = new AbortController();
  }

  /** See `study.openSample`. Answers with the first patient's images; the others follow. */
  async openSample(): Promise<AddedStudy> {
    const folder = join(this.places.userData, SAMPLE_NAME);
    const project = await this.#openOrCreate(`${folder}${SUFFIX}`);
    await this.#makeSampleLabels();
    const cases = sampleCases();
    const isFirst = ({ files }: SampleCase): boolean => dirname(files[0] ?? '') === dirname(cases[0]?.files[0] ?? '');
    const found = cases.reduce((sum, { files }) => sum + files.length, 0);
    const progress = { found, done: 0 };
    const simulator = this.workstation.extraStudyWorker();
    const add = (some: readonly SampleCase[]): Promise<AddedStudy> =>
      this.#inTurn(() => this.#addCases(project, folder, some, simulator, progress));
    const finish = (): void => {
      simulator.dispose();
      this.page.tell('study.indexing', { ...progress, finished: true, currentPath: null });
    };
    try {
      const added = await add(cases.filter(isFirst));
      void add(cases.filter((one) => !isFirst(one)))
        .catch((error: unknown) => this.#quietly(project, error))
        .finally(finish);
      return added;
    } catch (error) {
      finish();
      throw error;
    }
  }

  /** Simulates the cases that are not there yet, and adds each as soon as it is. */
  async #addCases(
    project: Project,
    folder: string,
    cases: readonly SampleCase[],
    simulator: WorkerHost<StudyApi>,
    progress: { readonly found: number; done: number },
  ): Promise<AddedStudy> {
    const { signal } = this.#cancel;
    let total: AddedStudy = { project, ...NOTHING_ADDED };
    for (const { index, files } of cases) {
      if (this.session.current?.path !== project.path) return { ...total, cancelled: true };
      await simulator.request('sample', { folder, index }, { signal, onAbort: 'kill' });
      // The whole folder each time: what is in the project already costs next to nothing.
      const added = await this.#add(project, [folder], () => undefined);
      total = { ...added, added: total.added + added.added };
      progress.done += files.length;
      this.page.tell('study.indexing', { ...progress, finished: false, currentPath: files.at(-1) ?? null });
    }
    return total;
  }

  async #add(project: Project, paths: readonly string[], tell: (progress: Indexing) => void): Promise<AddedStudy> {
    const { session, workstation } = this;
    if (session.current?.path !== project.path) return { project, ...NOTHING_ADDED, cancelled: true };
    const controller = new AbortController();
    const stop = (): void => controller.abort();
    const ends = [this.#cancel.signal, workstation.projectSignal];
    for (const end of ends) end.addEventListener('abort', stop, { once: true });
    const onProgress = (progress: Indexing): void => {
      tell(progress);
      this.#tellList(progress.finished);
    };
    try {
      const { store } = session;
      const identities = this.places.pseudonyms() ? new Identities(await projectKey(store.folder)) : null;
      const options = {
        ...{ signal: controller.signal, onProgress },
        ...(identities && { known: (image: SourceImage) => pseudonymous(image, identities) }),
      };
      const added = await addStudy(store, workstation.studyWorker, paths, options);
      if (identities && added.added > 0) {
        const entry = { user: this.places.user(), action: 'add-pseudonymous', subject: 'images' };
        await store.audit.append({ ...entry, detail: { added: added.added } });
      }
      return { project, ...added };
    } finally {
      for (const end of ends) end.removeEventListener('abort', stop);
    }
  }

  async #makeSampleLabels(): Promise<void> {
    const { inference } = this.workstation;
    await inference.settled;
    const { labels } = inference;
    if (!labels || (await labels.list()).length > 0) return;
    const cases = sampleCases();
    for (const [kind, { name, shortcut }] of Object.entries(SAMPLE_LABELS) as [PhantomLabel, SampleLabel][]) {
      const series = [...new Set(cases.filter(({ label }) => label === kind).map((one) => one.series))];
      await labels.create({ name, shortcut }, { series });
    }
    this.page.tell('labels.changed', { labels: await labels.list() });
  }

  async #openProjectOf(path: string): Promise<Project> {
    const { folder, exists } = await projectFor(path, this.places.documents);
    if (exists) return this.session.open(folder);
    try {
      return await this.#openOrCreate(folder);
    } catch (error) {
      // A folder may refuse in ways that its rights do not tell, a network drive's for instance.
      if (!isAppError(error) || error.code !== 'write-failed') throw error;
      await mkdir(this.places.documents, { recursive: true });
      return this.#openOrCreate(join(this.places.documents, basename(folder)));
    }
  }

  #openOrCreate(folder: string): Promise<Project> {
    if (existsSync(folder)) return this.session.open(folder);
    return this.session.create(dirname(folder), basename(folder, SUFFIX));
  }

  #tellList(now: boolean): void {
    if (!now && Date.now() - this.#listToldMs < LIST_INTERVAL_MS) return;
    this.#listToldMs = Date.now();
    this.page.tell('frames.changed', { frames: null });
  }

  /** Nobody waits for what follows in the background; where the project was closed meanwhile nothing went wrong. */
  #quietly(project: Project, error: unknown): void {
    if (this.session.current?.path === project.path) logError('study', error);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

/** Told before anything is read: the server would refuse it in the end. */
function assertMayAdd({ current }: ProjectSession): void {
  const role = current?.team?.role;
  if (role === undefined || role === 'admin') return;
  throw new AppError('not-permitted', 'project', `a ${role} adds no images to a team's project`);
}

type SampleLabel = (typeof SAMPLE_LABELS)[PhantomLabel];
