/**
 * What stands behind the window while the program runs: the study worker, the model's workers, and the frames of the open
 * project. It only puts them together and ends them in order; requests are answered in handlers/.
 */
import { MessageChannelMain } from 'electron';
import type { Project } from '../../shared/ipc';
import type { ProjectStore } from '../project';
import { bundledModelFolder } from '../../models/weights';
import type { FrameOrder } from '../../shared/domain';
import { IdleLearning, Learning, learningSettings, Orders, type FinetuneApi } from '../finetune';
import { InferenceHost, WorkerHost } from '../inference';
import { AutomaticBackups, type BackupApi } from '../backup';
import type { BatchDesk } from '../batch';
import { FrameSource, type StudyApi } from '../study';
import { actingUser } from './acting-user';
import { askOwnWorker } from './handlers/long-run';
import type { Page } from './page';
import type { PreferenceStore } from './preferences';
import type { ProjectSession } from './project-session';
import { OpenBatches } from './open-batches';
import { TeamDesk } from './team-desk';
import { utilityWorker } from './utility-transport';
import { logError } from '../log';

/** Tests and those who have another model than the bundled one. */
const MODEL_FOLDER = process.env['SONOMASK_MODEL'] ?? bundledModelFolder();

interface OpenLearning {
  readonly learning: Learning;
  readonly orders: Orders;
  readonly idle: IdleLearning;
  readonly worker: WorkerHost<FinetuneApi>;
}

export class Workstation {
  readonly studyWorker: WorkerHost<StudyApi>;
  readonly inference: InferenceHost;
  #source: FrameSource | undefined;
  #learning: OpenLearning | undefined;
  #batches: OpenBatches | undefined;
  #backups: AutomaticBackups | undefined;
  #team: TeamDesk | undefined;
  /** Ends what goes on in the background for the open project. */
  #project = new AbortController();
  #pageListens = false;

  constructor(
    private readonly session: ProjectSession,
    private readonly page: Page,
    private readonly preferences: PreferenceStore,
  ) {
    this.studyWorker = new WorkerHost<StudyApi>('study', utilityWorker('study'), (event) => {
      if (event.type === 'crash') page.tell('worker.restarted', { worker: 'study', reason: event.reason });
    });
    this.inference = new InferenceHost({
      startWorker: utilityWorker,
      modelFolder: MODEL_FOLDER,
      provider: preferences.provider,
      tell: (event, payload) => page.tell(event, payload),
      onPromptWorker: () => this.#givePort(),
    });
  }

  /** Another study worker, for work that takes long; whoever asked for it disposes it. */
  extraStudyWorker(): WorkerHost<StudyApi> {
    return new WorkerHost<StudyApi>('sample', utilityWorker('study'));
  }

  /** Of the open project. */
  get source(): FrameSource | undefined {
    return this.#source;
  }

  /** Of the open project. */
  get learning(): Learning | undefined {
    return this.#learning?.learning;
  }

  /** Of the open project. */
  get batches(): BatchDesk | undefined {
    return this.#batches?.desk;
  }

  /** Of the open project; a team's server has backups of its own. */
  get backups(): AutomaticBackups | undefined {
    return this.#backups;
  }

  /** Of the open project, where it is a team's. */
  get team(): TeamDesk | undefined {
    return this.#team;
  }

  /** Of the open project. */
  get orders(): Orders | undefined {
    return this.#learning?.orders;
  }

  /** This order is in use from now on: what it needs is read ahead. */
  prepareOrder(order: FrameOrder): void {
    const { signal } = this.#project;
    this.orders?.prepare(order).catch((error: unknown) => {
      if (!signal.aborted) logError('orders', error);
    });
  }

  /** Masks or reviews have changed: there may be more to learn. */
  noteWork(): void {
    this.noteActivity();
    this.#learning?.learning.changed();
  }

  /** Somebody sits in front of the window. */
  noteActivity(): void {
    this.#learning?.idle.noteActivity();
  }

  /** Aborted when another project is opened, or none. */
  get projectSignal(): AbortSignal {
    return this.#project.signal;
  }

  /** The project's store is about to be closed: nothing may write into it any more. */
  projectCloses(): void {
    this.#batches?.close();
    this.#batches = undefined;
    void this.#backups?.close();
    this.#backups = undefined;
    this.#team?.close();
    this.#team = undefined;
  }

  /** Another project is open, or none. */
  projectChanged(project: Project | null): void {
    this.#project.abort();
    this.#project = new AbortController();
    this.#closeLearning();
    this.inference.closeProject();
    this.#source?.dispose();
    this.#source = undefined;
    if (!project) return;
    const { store } = this.session;
    const source = new FrameSource(store, this.studyWorker, (frames) => {
      if (this.session.current?.path === project.path) {
        this.page.tell('frames.changed', { frames: frames && [...frames] });
      }
    });
    this.#source = source;
    this.inference.openProject(store, source);
    this.#openLearning(store);
    this.#batches = new OpenBatches(store, this.inference, this.page, {
      ...{ modelFolder: MODEL_FOLDER, preferences: this.preferences },
      user: () => actingUser(this.session, this.preferences),
    });
    this.#openBackups(store);
    if (store.leases) {
      this.#team = new TeamDesk(store, store.leases, (event, payload) => this.page.tell(event, payload));
    }
    const { signal } = this.#project;
    source.checkFiles(signal).catch((error: unknown) => {
      if (!signal.aborted) logError('checking files', error);
    });
  }

  /** The page was loaded and listens: it has no port yet. */
  pageListens(): void {
    this.#pageListens = true;
    this.studyWorker.start();
    void this.inference.start();
    if (this.inference.canConnect) this.#givePort();
  }

  /** Ends every worker. */
  dispose(): void {
    this.#project.abort();
    this.projectCloses();
    this.#closeLearning();
    this.inference.dispose();
    this.studyWorker.dispose();
  }

  #openBackups(store: ProjectStore): void {
    const { folder: path, user, changedOutside } = store;
    if (user !== null) return;
    if (changedOutside) this.page.tell('project.changedOutside', { path });
    this.#backups = new AutomaticBackups({
      project: path,
      make: (signal) => {
        const tools = { signal, onProgress: () => undefined };
        return askOwnWorker<BackupApi, 'make'>('backup', 'make', { project: path }, tools);
      },
      onFailure: ({ code }) => this.page.tell('backup.failed', { path, code }),
    });
  }

  #openLearning(store: ProjectStore): void {
    const { labels } = this.inference;
    if (!labels) return;
    const worker = new WorkerHost<FinetuneApi>('finetune', utilityWorker('finetune'), (event) => {
      if (event.type === 'crash') this.page.tell('worker.restarted', { worker: 'finetune', reason: event.reason });
    });
    const learning = new Learning({
      ...{ store, labels, worker, modelFolder: MODEL_FOLDER },
      model: () => this.inference.manifest,
      user: () => actingUser(this.session, this.preferences),
      tell: (event, payload) => this.page.tell(event, payload),
      onHeadsChanged: async () => {
        this.page.tell('labels.changed', { labels: await labels.list() });
        await this.inference.project?.headsChanged();
      },
    });
    // Of a team administrators alone may learn.
    const mayLearn = store.member === null || store.member.role === 'admin';
    const idle = new IdleLearning(learning, async () => mayLearn && (await learningSettings(store)).automatic);
    const orders = new Orders({
      ...{ store, labels },
      model: () => this.inference.manifest,
      onDoubtsWanted: () => this.inference.project?.checkMirrored(),
    });
    this.#learning = { learning, orders, idle, worker };
    const { signal } = this.#project;
    this.inference.settled
      .then(async () => {
        if (!signal.aborted) await learning.open();
        if (!signal.aborted) this.prepareOrder((await learningSettings(store)).order);
      })
      .catch((error: unknown) => {
        if (!signal.aborted) logError('learning', error);
      });
  }

  #closeLearning(): void {
    const open = this.#learning;
    this.#learning = undefined;
    open?.idle.close();
    void open?.learning.close().catch(() => undefined);
    open?.worker.dispose();
  }

  #givePort(): void {
    if (!this.#pageListens) return;
    const { port1, port2 } = new MessageChannelMain();
    this.inference.connect(port1);
    this.page.givePort('prompt', port2);
  }
}
