/**
 * Head versions of the project's labels: which there are, which one is active, under which hash its file is known. Not the
 * files (`main/finetune/head-file.ts`).
 */
import { z } from 'zod';
import { headConfigSchema, type HeadConfig } from '../../models/autosamus';
import { roundReport, rowId, sha256 } from '../../shared/domain';
import type { HeadVersion, LabelId, RoundReport } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { recordAudit } from './books';
import type { Json } from './books';
import { unknownLabel } from './labels';
import { parseInput } from './parse';
import type { ProjectDb, ProjectTransaction } from './schema';
import { headFileName, type ServerFiles } from './server/files';

export type HeadId = HeadVersion['id'];

/** A version with what is needed to use it. */
export interface StoredHead extends HeadVersion {
  readonly config: HeadConfig;
  /** Hashes of the encoder and decoder that it was trained with: it fits no others. */
  readonly encoderId: string;
  readonly decoderId: string;
}

const newHead = z.strictObject({
  labelId: rowId,
  config: headConfigSchema,
  encoderId: sha256,
  decoderId: sha256,
  /** Of its file, which is there. */
  sha256,
  report: roundReport.nullable(),
  /** Version of the model's own head for the label, which the first of the project comes after; null: it has none. */
  ownVersion: z.string().nullable(),
});
export type NewHead = z.input<typeof newHead>;

function heads(db: ProjectDb) {
  return db.selectFrom('heads').selectAll().where('removed_at', 'is', null).orderBy('id', 'desc');
}

type Row = Awaited<ReturnType<ReturnType<typeof heads>['execute']>>[number];

function toHead(row: Row): StoredHead {
  return {
    id: row.id,
    labelId: row.label_id,
    version: row.version,
    active: row.active === 1,
    sha256: row.sha256,
    roundId: row.round_id,
    report: row.report === null ? null : roundReport.parse(JSON.parse(row.report)),
    createdAt: row.created_at,
    config: headConfigSchema.parse(JSON.parse(row.config)),
    encoderId: row.encoder_id,
    decoderId: row.decoder_id,
  };
}

/** What the interface is told of a version. */
export function headVersionOf({ config: _c, encoderId: _e, decoderId: _d, ...version }: StoredHead): HeadVersion {
  return version;
}

/** `v7` and a model's `7` are both the seventh. */
function numberOf(version: string): number {
  return Number(/^v?(\d{1,9})$/.exec(version)?.[1] ?? 0);
}

/**
 * Adds a version, not active, in the caller's transaction.
 *
 * @param files of a project on a server, which gets the version's file
 */
export async function insertHead(
  trx: ProjectTransaction,
  input: NewHead,
  roundId: number | null,
  files: ServerFiles | null,
): Promise<StoredHead> {
  const head = parseInput(newHead, input, 'head');
  // Removed ones too: a version's name is never given twice, since masks carry it.
  const taken = await trx.selectFrom('heads').select('version').where('label_id', '=', head.labelId).execute();
  const last = Math.max(numberOf(head.ownVersion ?? ''), ...taken.map(({ version }) => numberOf(version)));
  const row = await trx
    .insertInto('heads')
    .values({
      label_id: head.labelId,
      version: `v${last + 1}`,
      encoder_id: head.encoderId,
      decoder_id: head.decoderId,
      config: JSON.stringify(head.config),
      sha256: head.sha256,
      round_id: roundId,
      active: 0,
      report: head.report === null ? null : JSON.stringify(head.report satisfies RoundReport),
      created_at: new Date().toISOString(),
      removed_at: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await files?.share(trx, headFileName(head.sha256));
  return toHead(row);
}

/** Makes a version the active one of its label, or none of them (null), with a line in the audit. */
export async function activateHead(
  trx: ProjectTransaction,
  labelId: LabelId,
  headId: HeadId | null,
  user: string,
  detail: Readonly<Record<string, Json>> = {},
): Promise<void> {
  const all = (await heads(trx).where('label_id', '=', labelId).execute()).map(toHead);
  const chosen = all.find(({ id }) => id === headId);
  if (headId !== null && chosen === undefined) throw unknownHead(headId);
  await trx.updateTable('heads').set({ active: 0 }).where('label_id', '=', labelId).where('active', '=', 1).execute();
  if (headId !== null) await trx.updateTable('heads').set({ active: 1 }).where('id', '=', headId).execute();
  const from = all.find(({ active }) => active)?.version ?? null;
  await recordAudit(trx, {
    user,
    action: 'activate-head',
    subject: `label ${labelId}`,
    detail: { from, to: chosen?.version ?? null, ...detail },
  });
}

/** Versions that are handed out have their files in the project's folder. */
export class Heads {
  /** @param files of a project on a server; null: it is a folder, and has them */
  constructor(
    private readonly db: ProjectDb,
    private readonly files: ServerFiles | null = null,
  ) {}

  /** Newest first. */
  async ofLabel(labelId: LabelId): Promise<StoredHead[]> {
    const id = parseInput(rowId, labelId, 'label id');
    return this.#withFiles(await heads(this.db).where('label_id', '=', id).execute());
  }

  /** The active version of every label that has one. */
  async active(): Promise<StoredHead[]> {
    return this.#withFiles(await heads(this.db).where('active', '=', 1).execute());
  }

  /** @throws AppError `usage` for one that there is not, or not any more. */
  async get(headId: HeadId): Promise<StoredHead> {
    const id = parseInput(rowId, headId, 'head id');
    const [head] = await this.#withFiles(await heads(this.db).where('id', '=', id).execute());
    if (head === undefined) throw unknownHead(id);
    return head;
  }

  /** Adds a version that comes from elsewhere; not active. @throws AppError `label-unknown`, `usage`. */
  async add(head: NewHead, user: string): Promise<StoredHead> {
    return this.db.transaction().execute(async (trx) => {
      const label = await trx.selectFrom('labels').select('id').where('id', '=', head.labelId).executeTakeFirst();
      if (label === undefined) throw unknownLabel(head.labelId);
      const added = await insertHead(trx, head, null, this.files);
      const detail = { version: added.version, sha256: added.sha256 };
      await recordAudit(trx, { user, action: 'import-head', subject: `label ${head.labelId}`, detail });
      return added;
    });
  }

  /**
   * From when the promise resolves this version is the label's only active one, or with null none is.
   *
   * @throws AppError `usage` for a version that the label does not have.
   */
  async activate(labelId: LabelId, headId: HeadId | null, user: string): Promise<void> {
    const label = parseInput(rowId, labelId, 'label id');
    await this.db.transaction().execute((trx) => activateHead(trx, label, headId, user));
  }

  /**
   * Takes a version out of the list; its file is the caller's.
   *
   * @returns whether another version has the same file
   * @throws AppError `usage` for the active one.
   */
  async remove(headId: HeadId, user: string): Promise<boolean> {
    const id = parseInput(rowId, headId, 'head id');
    return this.db.transaction().execute(async (trx) => {
      const all = (await heads(trx).execute()).map(toHead);
      const head = all.find((each) => each.id === id);
      if (head === undefined) throw unknownHead(id);
      if (head.active) {
        throw new AppError('usage', `head ${id}`, `${head.version} is active: activate another version first`);
      }
      await trx.updateTable('heads').set({ removed_at: new Date().toISOString() }).where('id', '=', id).execute();
      const detail = { version: head.version, sha256: head.sha256 };
      await recordAudit(trx, { user, action: 'remove-head', subject: `label ${head.labelId}`, detail });
      return all.some((other) => other.id !== id && other.sha256 === head.sha256);
    });
  }

  async #withFiles(rows: readonly Row[]): Promise<StoredHead[]> {
    for (const { sha256 } of rows) await this.files?.fetch(headFileName(sha256));
    return rows.map(toHead);
  }
}

function unknownHead(id: HeadId): AppError {
  return new AppError('usage', `head ${id}`, `the label has no head version ${id}`);
}
