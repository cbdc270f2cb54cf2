/**
 * The project's settings and its audit: who did what, written once and never changed.
 */
import { z } from 'zod';
import { shortText } from '../../shared/domain';
import { parseInput } from './parse';
import type { ProjectDb } from './schema';

const json = z.json();
export type Json = z.infer<typeof json>;

/** Something worth a line in the audit beyond what revisions tell: a review, an export, an import, a round. */
export interface AuditEntry {
  readonly user: string;
  /** A short verb: `review`, `export`. */
  readonly action: string;
  /** What it was done to: `frame 12`, a file's path. */
  readonly subject: string;
  readonly detail: Readonly<Record<string, Json>>;
}

export interface AuditLine extends AuditEntry {
  readonly id: number;
  readonly time: string;
}

const auditDetail = z.record(z.string(), json);
const auditEntry = z.strictObject({
  user: shortText,
  action: shortText,
  subject: z.string().min(1).max(4_096),
  detail: auditDetail,
});
const settingKey = z.string().regex(/^[a-z][a-zA-Z0-9.-]{0,99}$/);

/** Adds a line to the audit, in the caller's transaction if it has one. */
export async function recordAudit(db: ProjectDb, entry: AuditEntry): Promise<void> {
  const { user, action, subject, detail } = parseInput(auditEntry, entry, 'audit entry');
  await db
    .insertInto('audit')
    .values({
      created_at: new Date().toISOString(),
      user_name: user,
      action,
      subject,
      detail: JSON.stringify(detail),
    })
    .execute();
}

export class Audit {
  constructor(private readonly db: ProjectDb) {}

  /** @throws AppError `usage` for malformed input. */
  async append(entry: AuditEntry): Promise<void> {
    await recordAudit(this.db, entry);
  }

  /** The latest lines, newest first. */
  async latest(limit: number): Promise<AuditLine[]> {
    const count = parseInput(z.int().min(1).max(10_000), limit, 'audit limit');
    const rows = await this.db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(count).execute();
    return rows.map((row) => ({
      id: row.id,
      time: row.created_at,
      user: row.user_name,
      action: row.action,
      subject: row.subject,
      detail: auditDetail.parse(JSON.parse(row.detail)),
    }));
  }
}

export class Settings {
  constructor(private readonly db: ProjectDb) {}

  /**
   * The setting of this name, or undefined where it was never set or no longer fits `schema` (an older version wrote
   * it): the caller has a default for both.
   */
  async get<T extends z.ZodType>(key: string, schema: T): Promise<z.output<T> | undefined> {
    const name = parseInput(settingKey, key, 'setting');
    const row = await this.db.selectFrom('settings').select('value').where('key', '=', name).executeTakeFirst();
    return row === undefined ? undefined : schema.safeParse(JSON.parse(row.value)).data;
  }

  /** @throws AppError `usage` for a malformed key or a value that is not JSON. */
  async set(key: string, value: Json): Promise<void> {
    const name = parseInput(settingKey, key, 'setting');
    const text = JSON.stringify(parseInput(json, value, `setting ${name}`));
    await this.db
      .insertInto('settings')
      .values({ key: name, value: text })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ value: text }))
      .execute();
  }
}
