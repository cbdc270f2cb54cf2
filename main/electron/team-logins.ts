/**
 * Team servers that projects were opened on, and passwords to them: encrypted by the system where the user wants that and it
 * can, else not kept at all. Passwords are never told to the page.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { isTeamPlace, teamPlaceParts } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { teamLoginSchema, type KnownLogin, type TeamLogin } from '../../shared/ipc';
import { Store } from './store';
import type { Vault } from './vault';

const KEPT = 12;
const NO_LOGIN = { server: '', project: '', user: '', caFile: null };

const kept = z.object({
  /** Where the project is, as recent projects name it. */
  place: z.string(),
  login: teamLoginSchema,
  /** Encrypted; null: not kept. */
  secret: z.string().nullable(),
});
/** Last used first. */
const schema = z.object({ logins: z.array(kept).default([]).catch([]) });

export class TeamLogins {
  readonly #store: Store<z.infer<typeof schema>>;

  /** @param environment with what administrators set for everybody of the computer */
  constructor(
    userData: string,
    private readonly vault: Vault,
    private readonly environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.#store = new Store(join(userData, 'team.json'), schema);
  }

  /** @param place of a project that was open before; null: none */
  known(place: string | null): KnownLogin {
    const { logins } = this.#store.value;
    const found = place === null ? this.#ofEnvironment() === undefined && logins[0] : this.#kept(place);
    const parts = (found ? found.login : place !== null ? teamPlaceParts(place) : this.#ofEnvironment()) ?? NO_LOGIN;
    const { server, project, user, caFile } = parts;
    const login = { server, project, user, caFile };
    return { login, hasPassword: this.#passwordOf(login) !== undefined, canKeep: this.vault.canEncrypt() };
  }

  /**
   * The whole connection string.
   *
   * @param password null: the one that is known
   * @throws AppError `login-refused` where none is
   */
  addressOf(login: TeamLogin, password: string | null): string {
    const secret = password ?? this.#passwordOf(login);
    if (secret === undefined) throw new AppError('login-refused', login.user, 'no password is known');
    const url = new URL(`postgres://${login.server}`);
    url.username = encodeURIComponent(login.user);
    url.password = encodeURIComponent(secret);
    url.searchParams.set('project', login.project);
    if (login.caFile !== null) {
      url.searchParams.set('sslmode', 'verify-full');
      url.searchParams.set('sslrootcert', login.caFile);
    }
    return url.href;
  }

  /**
   * A project was opened with it.
   *
   * @param password null: the one that is known stays
   * @param keep the password, where that is possible; else what was kept of it is removed
   */
  async remember(place: string, login: TeamLogin, password: string | null, keep: boolean): Promise<void> {
    const others = this.#store.value.logins.filter((each) => each.place !== place);
    const canKeep = keep && this.vault.canEncrypt();
    const before = this.#kept(place)?.secret ?? null;
    const secret = !canKeep ? null : password === null ? before : this.vault.encrypt(password);
    await this.#store.set({ logins: [{ place, login, secret }, ...others].slice(0, KEPT) });
  }

  #kept(place: string) {
    return this.#store.value.logins.find((each) => each.place === place);
  }

  #passwordOf({ server, project, user, caFile }: KnownLogin['login']): string | undefined {
    // A password is for the server and login it was given for, and for no other.
    const found = this.#store.value.logins.find(
      ({ login }) =>
        login.server === server && login.project === project && login.user === user && login.caFile === caFile,
    );
    if (found && found.secret !== null) return this.vault.decrypt(found.secret);
    const set = this.#ofEnvironment();
    if (set?.server !== server || set.user !== user || set.caFile !== caFile) return undefined;
    return set.password || this.environment['PGPASSWORD'];
  }

  #ofEnvironment() {
    const text = this.environment['SONOMASK_DATABASE_URL'] ?? '';
    return isTeamPlace(text) ? teamPlaceParts(text) : undefined;
  }
}
