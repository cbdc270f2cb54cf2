/**
 * What stands behind the window while the program runs: the study worker, the model's workers, and the frames of the open
 * project. It only puts them together and ends them in order; requests are answered in handlers/.
 */
import { MessageChannelMain } from 'electron';
import type { Project } from '../../shared/ipc';
import { bundledModelFolder } from '../../models/weights';
import { InferenceHost, WorkerHost } from '../inference';
import { FrameSource, type StudyApi } from '../study';
import type { Page } from './page';
import type { PreferenceStore } from './preferences';
import type { ProjectSession } from './project-session';
import { utilityWorker } from './utility-transport';

export class Workstation {
  readonly studyWorker: WorkerHost<StudyApi>;
  readonly inference: InferenceHost;
  #source: FrameSource | undefined;
  /** Ends what goes on in the background for the open project. */
  #project = new AbortController();
  #pageListens = false;

  constructor(
    private readonly session: ProjectSession,
    private readonly page: Page,
    preferences: PreferenceStore,
  ) {
    this.studyWorker = new WorkerHost<StudyApi>('study', utilityWorker('study'), (event) => {
      if (event.type === 'crash') page.tell('worker.restarted', { worker: 'study', reason: event.reason });
    });
    this.inference = new InferenceHost({
      startWorker: utilityWorker,
      // Tests and those who have another model than the bundled one.
      modelFolder: process.env['SONOMASK_MODEL'] ?? bundledModelFolder(),
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

  /** Aborted when another project is opened, or none. */
  get projectSignal(): AbortSignal {
    return this.#project.signal;
  }

  /** Another project is open, or none. */
  projectChanged(project: Project | null): void {
    this.#project.abort();
    this.#project = new AbortController();
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
    const { signal } = this.#project;
    source.checkFiles(signal).catch((error: unknown) => {
      if (!signal.aborted) console.error('checking files:', error);
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
    this.inference.dispose();
    this.studyWorker.dispose();
  }

  #givePort(): void {
    if (!this.#pageListens) return;
    const { port1, port2 } = new MessageChannelMain();
    this.inference.connect(port1);
    this.page.givePort('prompt', port2);
  }
}
