/** What the workstation remembers of its user beside the interface's settings: name, and where the model shall run. */
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { shortText } from '../../shared/domain';
import { providerChoiceSchema } from '../../shared/ipc';
import { Store } from './store';

const schema = z.object({
  /** Null: the system's user name. */
  userName: shortText.nullable().default(null),
  provider: providerChoiceSchema.default('auto'),
});

export type Preferences = z.infer<typeof schema>;

export class PreferenceStore {
  readonly #store: Store<Preferences>;

  constructor(userData: string) {
    this.#store = new Store<Preferences>(join(userData, 'workstation.json'), schema);
  }

  get provider(): Preferences['provider'] {
    return this.#store.value.provider;
  }

  /** The name that revisions carry. */
  get userName(): string {
    return this.#store.value.userName ?? systemUserName();
  }

  /** Takes effect at once; answers when it is on disk. */
  change(change: Partial<Preferences>): Promise<void> {
    return this.#store.set({ ...this.#store.value, ...change });
  }
}

function systemUserName(): string {
  try {
    return shortText.catch('user').parse(userInfo().username);
  } catch {
    // A user that the system has no entry for.
    return 'user';
  }
}
