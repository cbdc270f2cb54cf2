/**
 * A project compared with its chain of seals: what was changed, removed or added past it is found and named. Not the chain's
 * making. Whoever can rewrite everything can also make another chain: its head, written down elsewhere, tells the two apart.
 */
import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { ProjectFinding } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import { isOnServer } from '../dialect';
import { countRows, keyOf, pages, TABLES, type Key, type Row } from '../rows';
import type { ProjectDb } from '../schema';
import { digestOf, hashOfSeal, parseChanges, type Seal } from './canonical';

export interface Finding {
  /** Of the chain: `seals` changed, removed or added. */
  readonly kind: ProjectFinding['kind'];
  /** A table, `heads/` for the file of a head version, or `chain`. */
  readonly where: string;
  /** A row's id or key, or a hash. */
  readonly what: Key;
  /** What the row was sealed by last, if it was. */
  readonly seal: Pick<Seal, 'id' | 'created_at' | 'user_name'> | null;
}

export interface Verification {
  readonly seals: number;
  /** Of the last seal: proves all before it; '' where there is none. */
  readonly head: string;
  readonly rows: number;
  readonly findings: readonly Finding[];
}

export interface VerifyOptions {
  /** A head that was written down: it must be in the chain. */
  readonly expect?: string;
  readonly signal?: AbortSignal;
  onProgress?(done: number, total: number): void;
  /** Bytes of a head version's file; null where there is none. */
  headFile(sha256: string): Promise<Uint8Array | null>;
}

type Sealed = Map<Key, { readonly digest: string; readonly by: NonNullable<Finding['seal']> }>;

/** Reads one state of the project, whoever works there meanwhile. @throws AppError `cancelled` */
export function verify(db: ProjectDb, options: VerifyOptions): Promise<Verification> {
  const snapshot = db.transaction();
  const reading = isOnServer(db) ? snapshot.setIsolationLevel('repeatable read').setAccessMode('read only') : snapshot;
  return reading.execute((trx) => new Verifier(trx, options).run());
}

class Verifier {
  readonly #findings: Finding[] = [];
  readonly #sealed = new Map<string, Sealed>(TABLES.map((table) => [table, new Map()]));
  #rows = 0;
  #seals = 0;
  #head = '';
  #expected = false;

  constructor(
    private readonly db: ProjectDb,
    private readonly options: VerifyOptions,
  ) {}

  async run(): Promise<Verification> {
    const total = await countRows(this.db);
    const { expect } = this.options;
    for await (const page of pages(this.db, 'seals')) {
      for (const seal of page) this.#follow(seal as unknown as Seal);
      this.#pass(page.length, total);
    }
    if (this.#seals === 0) this.#find('removed', 'seals', 1);
    if (expect !== undefined && !this.#expected) this.#find('unknown', 'chain', expect);
    for (const table of TABLES.filter((each) => each !== 'seals')) await this.#compare(table, total);
    await this.#heads();
    return { seals: this.#seals, head: this.#head, rows: this.#rows, findings: this.#findings };
  }

  #find(kind: ProjectFinding['kind'], where: string, what: Key, seal: Finding['seal'] = null): void {
    this.#findings.push({ kind, where, what, seal });
  }

  #pass(rows: number, total: number): void {
    if (this.options.signal?.aborted) throw new AppError('cancelled', 'project', 'cancelled');
    this.#rows += rows;
    this.options.onProgress?.(this.#rows, total);
  }

  /** Goes on from what a seal says its hash is, so that one that was changed is named and not all after it. */
  #follow(seal: Omit<Seal, 'id'> & { readonly id: number | bigint }): void {
    const { id, created_at, user_name, hash } = seal;
    // The chain counts from one: none of its own gets so far.
    if (typeof id === 'bigint') return this.#find('added', 'seals', String(id));
    const by = { id, created_at, user_name };
    const expected = this.#seals + 1;
    if (id < expected) return this.#find('added', 'seals', id);
    if (id > expected) this.#find('removed', 'seals', id === expected + 1 ? expected : `${expected}-${id - 1}`);
    const changes = parseChanges(seal.changes);
    if (changes === null || hash !== hashOfSeal(this.#head, { ...seal, id })) this.#find('changed', 'seals', id, by);
    this.#seals = id;
    this.#head = hash;
    this.#expected ||= hash === this.options.expect;
    for (const { table, key, digest } of changes ?? []) {
      const rows = this.#sealed.get(table);
      if (digest === null) rows?.delete(key);
      else rows?.set(key, { digest, by });
    }
  }

  async #compare(table: string, total: number): Promise<void> {
    const sealed: Sealed = this.#sealed.get(table) ?? new Map();
    const hiding = await this.#hiding(table);
    for await (const page of pages(this.db, table)) {
      for (const row of page) {
        const key = keyOf(table, row);
        const known = sealed.get(key);
        if (!known) this.#find('added', table, key);
        else if (known.digest !== digestOf(table, row) || hiding.has(key)) this.#find('changed', table, key, known.by);
        sealed.delete(key);
      }
      this.#pass(page.length, total);
    }
    for (const [key, { by }] of sealed) this.#find('removed', table, key, by);
  }

  /** Rows with text that goes on after a NUL: SonoMask neither writes nor reads that, other programs do. A server takes none. */
  async #hiding(table: string): Promise<ReadonlySet<Key>> {
    if (isOnServer(this.db)) return new Set();
    const columns = await sql<{ name: string }>`select name from pragma_table_info(${table})`.execute(this.db);
    const hides = columns.rows.map(
      ({ name }) => sql`typeof(${sql.ref(name)}) = 'text' and instr(${sql.ref(name)}, char(0)) > 0`,
    );
    const found = sql<Row>`select * from ${sql.table(table)} where ${sql.join(hides, sql` or `)}`;
    return new Set((await found.execute(this.db)).rows.map((row) => keyOf(table, row)));
  }

  /** Files of versions that are still in the list are what their rows say. */
  async #heads(): Promise<void> {
    const versions = this.db.selectFrom('heads').select('sha256').distinct().where('removed_at', 'is', null);
    for (const { sha256 } of await versions.execute()) {
      const bytes = await this.options.headFile(sha256);
      if (bytes === null) this.#find('removed', 'heads/', sha256);
      else if (createHash('sha256').update(bytes).digest('hex') !== sha256) this.#find('changed', 'heads/', sha256);
    }
  }
}
