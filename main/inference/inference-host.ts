/**
 * The model at work: its two worker processes, the provider they run on, and the project that is open. Everything the
 * interface asks of inference goes through here but clicks, which go to the prompt worker directly.
 */
import { readManifest, type Manifest } from '../../models/folder';
import { toWireError, type EventName, type EventOf, type InferenceStatus, type ModelHead } from '../../shared/ipc';
import type { ProviderChoice } from '../../shared/ipc';
import type { ProjectStore } from '../project';
import type { FrameSource } from '../study';
import type { EncodeApi } from './encode-api';
import { Encoder } from './encoder';
import { LabelHeads } from './label-heads';
import { ProjectInference } from './project-inference';
import type { PromptWorkerApi } from './prompt-service';
import { WorkerHost, type StartProcess, type WorkerEvent } from './worker-host';
import { logError } from '../log';

/** Tells the interface something. */
export type Tell = <E extends EventName>(event: E, payload: EventOf<E>) => void;

export interface InferenceParts {
  /** How a worker of this name is started. */
  startWorker(name: 'encode' | 'prompt', env: Readonly<Record<string, string>>): StartProcess;
  readonly modelFolder: string;
  /** The user's, as remembered. */
  readonly provider: ProviderChoice;
  readonly tell: Tell;
  /** The prompt worker runs in a new process: whoever asks it needs a new port (`connect`). */
  onPromptWorker(): void;
}

const STATUS_DELAY_MS = 50;
/** A prompt worker that dies so often in a minute is not started again by itself, only when it is asked. */
const CRASHES_TOLERATED = 5;
const CRASH_WINDOW_MS = 60_000;
const NO_QUEUE = { waiting: 0, running: null, batch: null, done: 0, failed: 0, lastMs: null };

export class InferenceHost {
  readonly #encodeWorker: WorkerHost<EncodeApi>;
  readonly #promptWorker: WorkerHost<PromptWorkerApi>;
  readonly #encoder: Encoder;
  #manifest: Manifest | undefined;
  #problem: InferenceStatus['problem'] = null;
  #project: ProjectInference | undefined;
  #labels: LabelHeads | undefined;
  #crashes: number[] = [];
  #statusTimer: NodeJS.Timeout | undefined;
  #settled: Promise<void> | undefined;
  #promptRuns = false;
  #disposed = false;

  constructor(private readonly parts: InferenceParts) {
    const env = { SONOMASK_MODEL_FOLDER: parts.modelFolder };
    this.#encodeWorker = new WorkerHost('encode', parts.startWorker('encode', env), (event) =>
      this.#tellCrash('encode', event),
    );
    this.#promptWorker = new WorkerHost('prompt', parts.startWorker('prompt', env), (event) =>
      this.#onPromptEvent(event),
    );
    this.#encoder = new Encoder(this.#encodeWorker, parts.provider, () => this.#statusChanged());
  }

  /** Resolved when it is known which model there is, or that there is none. */
  get settled(): Promise<void> {
    return this.#settled ?? this.start();
  }

  /** Reads which model there is and starts the prompt worker. Never throws: what is wrong is in the status. */
  start(): Promise<void> {
    this.#settled ??= this.#readModel().then(() => void this.#startPrompt());
    return this.#settled;
  }

  async #readModel(): Promise<void> {
    try {
      this.#manifest = await readManifest(this.parts.modelFolder);
      this.#problem = null;
      this.#project?.modelKnown();
    } catch (error) {
      this.#problem = toWireError(error, this.parts.modelFolder);
    }
    this.#statusChanged();
  }

  async #startPrompt(): Promise<void> {
    if (!this.#manifest || this.#disposed) return;
    this.#promptWorker.start();
    try {
      await this.#promptWorker.request('warmUp', undefined);
    } catch (error) {
      if (this.#disposed) return;
      // The manifest was right, the weights are not: without them there is no model.
      this.#manifest = undefined;
      this.#problem = toWireError(error, this.parts.modelFolder);
      this.#statusChanged();
    }
  }

  get status(): InferenceStatus {
    const manifest = this.#manifest;
    return {
      state: manifest ? 'ready' : this.#problem ? 'failed' : 'starting',
      problem: this.#problem,
      model: manifest
        ? { id: manifest.id, encoderId: manifest.encoderId, name: manifest.name, heads: [...this.heads] }
        : null,
      provider: this.#encoder.status,
      queue: this.#project?.queue ?? NO_QUEUE,
    };
  }

  /** Of the model in use; undefined while there is none. */
  get manifest(): Manifest | undefined {
    return this.#manifest;
  }

  get heads(): readonly ModelHead[] {
    return (this.#manifest?.heads ?? []).map(({ label, version }) => ({ name: label, version }));
  }

  /** Of the open project. */
  get project(): ProjectInference | undefined {
    return this.#project;
  }

  /** Of the open project. */
  get labels(): LabelHeads | undefined {
    return this.#labels;
  }

  openProject(store: ProjectStore, source: FrameSource): void {
    this.closeProject();
    this.#labels = new LabelHeads(
      store,
      () => this.heads,
      () => this.#manifest,
    );
    this.#project = new ProjectInference(store, source, this.#labels, {
      encoder: this.#encoder,
      promptWorker: this.#promptWorker,
      model: () => this.#manifest,
      tell: this.parts.tell,
      onQueueChange: () => this.#statusChanged(),
    });
    this.#statusChanged();
  }

  closeProject(): void {
    this.#project?.close();
    this.#project = undefined;
    this.#labels = undefined;
    this.#statusChanged();
  }

  setProvider(choice: ProviderChoice): InferenceStatus {
    this.#encoder.choose(choice);
    return this.status;
  }

  /** Gives the prompt worker a port over which the page asks it. */
  connect(port: unknown): void {
    this.#promptWorker.connect(port);
  }

  /** False before `start` and after a crash that could not be healed: then there is nothing to connect to. */
  get canConnect(): boolean {
    return this.#promptRuns;
  }

  /** Process ids of the workers that run, for reports and tests. */
  get pids(): { readonly encode: number | undefined; readonly prompt: number | undefined } {
    return { encode: this.#encodeWorker.pid, prompt: this.#promptWorker.pid };
  }

  dispose(): void {
    this.#disposed = true;
    this.closeProject();
    clearTimeout(this.#statusTimer);
    this.#encodeWorker.dispose();
    this.#promptWorker.dispose();
  }

  #onPromptEvent(event: WorkerEvent): void {
    if (this.#disposed) return;
    this.#promptRuns = event.type === 'started';
    if (event.type === 'started') {
      // After the caller's own bookkeeping: the host takes ports only once the process is in its hands.
      queueMicrotask(() => {
        if (this.#disposed) return;
        this.parts.onPromptWorker();
        void this.#project?.restarted().catch((error: unknown) => logError('inference', error));
      });
      return;
    }
    this.#tellCrash('prompt', event);
    const now = Date.now();
    this.#crashes = [...this.#crashes.filter((time) => now - time < CRASH_WINDOW_MS), now];
    if (this.#crashes.length <= CRASHES_TOLERATED) this.#promptWorker.start();
  }

  #tellCrash(worker: string, event: WorkerEvent): void {
    if (event.type === 'crash' && !this.#disposed)
      this.parts.tell('worker.restarted', { worker, reason: event.reason });
  }

  /** At most twenty times a second, however fast the queue runs. */
  #statusChanged(): void {
    if (this.#disposed) return;
    this.#statusTimer ??= setTimeout(() => {
      this.#statusTimer = undefined;
      this.parts.tell('inference.status', this.status);
    }, STATUS_DELAY_MS);
  }
}
