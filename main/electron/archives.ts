/**
 * The DICOMweb servers that the user named, and their passwords and tokens: in a file encrypted by the system, or, where it
 * cannot, in memory until the program ends. Secrets are never told to the page.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors';
import { pacsServerSchema, type PacsServer, type PacsServers } from '../../shared/ipc';
import { serviceUrl, type Credentials, type DicomWebServer } from '../pacs';
import { Store } from './store';
import type { Vault } from './vault';

const schema = z.object({
  servers: z.array(pacsServerSchema).default([]).catch([]),
  /** Encrypted, by the server's id. */
  secrets: z.record(z.string(), z.string()).default({}).catch({}),
});

export class Archives {
  readonly #store: Store<z.infer<typeof schema>>;
  /** Of this run alone. */
  readonly #inMemory = new Map<string, string>();

  constructor(
    userData: string,
    private readonly vault: Vault,
  ) {
    this.#store = new Store(join(userData, 'archives.json'), schema);
  }

  list(): PacsServers {
    const servers = this.#store.value.servers.map((server) => ({
      ...server,
      hasSecret: this.#secretOf(server.id) !== undefined,
    }));
    servers.sort((a, b) => a.name.localeCompare(b.name));
    return { servers, canRemember: this.vault.canEncrypt() };
  }

  /**
   * Adds a server or changes it.
   *
   * @param secret undefined leaves it as it is
   * @param remember beyond this run of the program, where that is possible
   * @throws AppError `usage`, `pacs-plaintext` for an address that cannot be used, `write-failed`
   */
  async save(server: PacsServer, secret: string | undefined, remember: boolean): Promise<void> {
    serviceUrl(server);
    const { servers, secrets } = this.#store.value;
    const before = servers.find(({ id }) => id === server.id);
    const { [server.id]: kept, ...others } = secrets;
    // A secret is for the server it was given for: another address or login must not get it.
    const isSame =
      before?.login === server.login && before.user === server.user && originOf(before) === originOf(server);
    if (secret !== undefined || !isSame) this.#inMemory.delete(server.id);
    let encrypted = isSame && secret === undefined ? kept : undefined;
    if (secret !== undefined && remember && this.vault.canEncrypt()) encrypted = this.vault.encrypt(secret);
    else if (secret !== undefined) this.#inMemory.set(server.id, secret);
    await this.#store.set({
      servers: [...servers.filter(({ id }) => id !== server.id), server],
      secrets: encrypted === undefined ? others : { ...others, [server.id]: encrypted },
    });
  }

  async remove(id: string): Promise<void> {
    const { servers, secrets } = this.#store.value;
    const { [id]: _, ...others } = secrets;
    this.#inMemory.delete(id);
    await this.#store.set({ servers: servers.filter((server) => server.id !== id), secrets: others });
  }

  /** @throws AppError `usage` for one that is not there */
  get(id: string): PacsServer {
    const server = this.#store.value.servers.find((each) => each.id === id);
    if (!server) throw new AppError('usage', id, `there is no server ${id}`);
    return server;
  }

  /**
   * How to reach a server.
   *
   * @param secret another one than is kept
   * @throws AppError `pacs-login` where it is not known
   */
  reach(server: PacsServer, secret: string | undefined): DicomWebServer {
    const { url, caFile, allowPlaintext } = server;
    const credentials = credentialsOf(server, secret ?? this.#secretOf(server.id));
    return { url, credentials, caFile: caFile ?? undefined, allowPlaintext };
  }

  #secretOf(id: string): string | undefined {
    const encrypted = this.#store.value.secrets[id];
    return this.#inMemory.get(id) ?? (encrypted === undefined ? undefined : this.vault.decrypt(encrypted));
  }
}

function credentialsOf({ login, user, name }: PacsServer, secret: string | undefined): Credentials {
  if (login === 'none') return { kind: 'none' };
  if (secret === undefined) throw new AppError('pacs-login', name, `${name}: no password or token is known`);
  return login === 'basic' ? { kind: 'basic', user, password: secret } : { kind: 'bearer', token: secret };
}

function originOf({ url }: PacsServer): string {
  return new URL(url).origin;
}
