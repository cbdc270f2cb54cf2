/** The projects opened last, kept in the user's profile. Not what is inside them. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { isTeamPlace, teamPlaceParts } from '../../shared/domain';
import type { RecentProject } from '../../shared/ipc';
import { Store } from './store';

const KEPT = 12;

const schema = z.object({
  projects: z.array(z.object({ path: z.string(), openedAtMs: z.number() })).default([]),
});

export class RecentProjects {
  readonly #store: Store<z.infer<typeof schema>>;

  constructor(userData: string) {
    this.#store = new Store(join(userData, 'recent.json'), schema);
  }

  /** Last opened first. Those on a disk that is not there now are kept and say so. */
  list(): RecentProject[] {
    return this.#store.value.projects.map(({ path, openedAtMs }) => ({
      path,
      name: projectName(path),
      openedAtMs,
      // A server is asked when the project is opened.
      present: isTeamPlace(path) || existsSync(path),
    }));
  }

  async add(path: string): Promise<void> {
    const others = this.#store.value.projects.filter((entry) => entry.path !== path);
    await this.#store.set({ projects: [{ path, openedAtMs: Date.now() }, ...others].slice(0, KEPT) });
  }

  async clear(): Promise<void> {
    await this.#store.set({ projects: [] });
  }
}

/** `…/Breast 2026.sonomask` is called "Breast 2026"; a team's as its server names it. */
export function projectName(path: string): string {
  const team = teamPlaceParts(path);
  if (team) return team.project;
  return basename(path).replace(/\.sonomask$/i, '');
}
