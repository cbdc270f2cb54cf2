/**
 * Whose a round of a shared project is: its state is on the computer that began it, so it goes on there and nowhere else. A
 * project in a folder has all its rounds for itself.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Round } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { writeAtomically } from '../files';
import type { ProjectStore } from '../project';

const FILE_NAME = 'computer.id';

export class RoundOwner {
  readonly #elsewhere = new Map<Round['id'], boolean>();

  constructor(private readonly store: ProjectStore) {}

  /** What a plan keeps of the computer that its round was begun on; null in a folder. */
  async computer(): Promise<string | null> {
    if (this.store.user === null) return null;
    const path = join(this.store.folder, FILE_NAME);
    const known = await readFile(path, 'utf8').catch(() => '');
    if (known !== '') return known;
    const made = randomUUID();
    await writeAtomically(path, (write) => write(made));
    return made;
  }

  /** Whether somebody else has begun the round, or it was begun on another computer. */
  async isElsewhere({ id, user }: Pick<Round, 'id' | 'user'>): Promise<boolean> {
    if (this.store.user === null) return false;
    if (user !== this.store.user) return true;
    const known = this.#elsewhere.get(id) ?? (await this.#wasBegunElsewhere(id));
    this.#elsewhere.set(id, known);
    return known;
  }

  /** @throws AppError `usage` for a round that is not ours to run */
  async assertHere(round: Round): Promise<void> {
    if (!(await this.isElsewhere(round))) return;
    throw new AppError('usage', `round ${round.id}`, `round ${round.id} is ${round.user}'s, on another computer`);
  }

  async #wasBegunElsewhere(id: Round['id']): Promise<boolean> {
    // Written by `Learning.start`.
    const { computer } = (await this.store.rounds.plan(id)) as { readonly computer: string | null };
    return computer !== (await this.computer());
  }
}
