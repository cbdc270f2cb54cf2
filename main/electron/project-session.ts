/** Which project is open in the window, and in which reading: at most one. What is inside it is the project store's affair. */
import { join, resolve } from 'node:path';
import { AppError } from '../../shared/errors';
import type { Reading, ReadingId } from '../../shared/domain';
import type { Project } from '../../shared/ipc';
import { isServerPlace, ProjectStore } from '../project';
import type { RecentProjects } from './recent-projects';

export class ProjectSession {
  #store: ProjectStore | undefined;
  /** What the open project is opened by: its folder, or its connection string with the password. */
  #address = '';
  /** Requests are done one after the other: a hasty double click must not open two projects at once. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly recent: RecentProjects,
    private readonly onChange: (project: Project | null) => void,
    /** Before a project's store is closed. */
    private readonly onClosing: () => void = () => undefined,
  ) {}

  get current(): Project | null {
    return this.#store ? described(this.#store) : null;
  }

  /** In which the project is open; undefined where none is. */
  get reading(): Reading | undefined {
    return this.#store?.reading;
  }

  /** As whom the server of the open project knows us; null where none is. */
  get serverUser(): string | null {
    return this.#store?.user ?? null;
  }

  /**
   * What the open project can be opened by once more: its folder, or its connection string with the password.
   *
   * @throws AppError `usage` where no project is open
   */
  get address(): string {
    return isServerPlace(this.store.place) ? this.#address : this.store.place;
  }

  /** Throws `usage` where no project is open. */
  get store(): ProjectStore {
    if (!this.#store) throw new AppError('usage', 'project', 'no project is open');
    return this.#store;
  }

  /** Makes `folder/name.sonomask` and opens it. Throws what `ProjectStore.create` throws. */
  create(folder: string, name: string): Promise<Project> {
    return this.#inTurn(async () => {
      const store = await ProjectStore.create(join(folder, `${name}.sonomask`));
      return this.#replace(store, store.place);
    });
  }

  /**
   * @param address a folder, or a team's connection string with its password
   * @throws AppError what `ProjectStore.open` throws; the project that was open then stays open
   */
  open(address: string): Promise<Project> {
    return this.#inTurn(async () => {
      if (this.#store?.place === resolve(address)) return described(this.#store);
      return this.#replace(await ProjectStore.open(address), address);
    });
  }

  /** Opens the project that is open in another of its readings. Throws what `ProjectStore.open` throws. */
  read(readingId: ReadingId): Promise<Project> {
    return this.#inTurn(async () => {
      const { readings, reading } = this.store;
      const address = this.#address;
      const { id } = await readings.get(readingId);
      if (id === reading.id) return described(this.store);
      await this.#closeCurrent();
      try {
        return await this.#replace(await ProjectStore.open(address, id), address);
      } catch (error) {
        this.onChange(null);
        throw error;
      }
    });
  }

  /**
   * Opens a project anew after `put` has put another database in its place; it is closed meanwhile. Where that fails what was
   * open is open again.
   */
  restore<T>(path: string, put: () => Promise<T>): Promise<{ project: Project; put: T }> {
    return this.#inTurn(async () => {
      const folder = resolve(path);
      const isOpen = this.#store?.folder === folder;
      if (isOpen) {
        await this.#closeCurrent();
        this.onChange(null);
      }
      try {
        const done = await put();
        return { project: await this.#replace(await ProjectStore.open(folder), folder), put: done };
      } catch (error) {
        if (isOpen && !this.#store) await this.#replace(await ProjectStore.open(folder), folder);
        throw error;
      }
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#closeCurrent();
      this.onChange(null);
    });
  }

  async #replace(store: ProjectStore, address: string): Promise<Project> {
    await this.#closeCurrent();
    this.#store = store;
    this.#address = address;
    const project = described(store);
    // At once: whoever sees the store must find what goes with it.
    this.onChange(project);
    await this.recent.add(project.path);
    return project;
  }

  async #closeCurrent(): Promise<void> {
    const closing = this.#store;
    this.#store = undefined;
    this.#address = '';
    if (closing) this.onClosing();
    await closing?.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function described(store: ProjectStore): Project {
  return { path: store.place, name: store.name, reading: store.reading, team: store.member };
}
