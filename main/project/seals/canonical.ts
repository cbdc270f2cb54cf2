/**
 * The chain of seals: what is hashed, and how exactly it is written for that. The one place that says so; a server computes the
 * same by itself (`server/seal-rules.ts`).
 *
 * - A row as text: its table's name and a line feed; then for each column that is not null, in the order of the columns' names:
 *   the name, a space, the value, a line feed. A value is a number as `d` and the 16 hexadecimal digits of its IEEE double, high
 *   byte first (-0 as 0), or an integer that no double tells from its neighbours, beyond 2^53 - 1, as `i` and decimal digits, or
 *   text as `t`, its length in bytes of UTF-8, a space and itself, or bytes as `b` and hexadecimal digits. Columns that are null
 *   say nothing, so that one that a migration adds leaves the rows before it as they were.
 * - A row's digest: SHA-256 of its text in UTF-8, hexadecimal.
 * - A change: the table's name, a space, the row's id or key as JSON, a space, its digest or `-` where it was removed, a line feed.
 * - A seal: a row of `seals` for each transaction that has changed something: its number (1, 2, 3 ... without a gap), when, on
 *   whose account, the changes in which the last of a row counts, and `hash`.
 * - A seal's hash: SHA-256 of the hash of the seal before it (nothing before the first), a line feed, and its row's text without
 *   `hash`.
 */
import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors';
import type { Key, Row } from '../rows';

export interface Seal {
  readonly id: number;
  readonly created_at: string;
  readonly user_name: string;
  readonly changes: string;
  readonly hash: string;
}

export interface Change {
  readonly table: string;
  readonly key: Key;
  /** Null: it was removed. */
  readonly digest: string | null;
}

const double = Buffer.alloc(8);
const CHANGE = /^([a-z_]+) (-?\d+|".*") ([0-9a-f]{64}|-)$/;

/** @throws AppError `internal` for a value of another kind than databases here give. */
export function rowText(table: string, row: Row): string {
  const lines = Object.keys(row)
    .sort()
    .filter((name) => row[name] !== null)
    .map((name) => `${name} ${valueText(row[name])}\n`);
  return `${table}\n${lines.join('')}`;
}

function valueText(value: unknown): string {
  if (typeof value === 'string') return `t${Buffer.byteLength(value)} ${value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'bigint') return `i${value}`;
  if (typeof value !== 'number') throw new AppError('internal', 'seal', `a ${typeof value} in a row`);
  double.writeDoubleBE(value + 0);
  return `d${double.toString('hex')}`;
}

export function digestOf(table: string, row: Row): string {
  return sha256(rowText(table, row));
}

/** @param digest null: the row was removed */
export function changeText(table: string, key: Key, digest: string | null): string {
  return `${table} ${JSON.stringify(key)} ${digest ?? '-'}\n`;
}

/** Null where it is no such text. */
export function parseChanges(text: unknown): Change[] | null {
  if (typeof text !== 'string') return null;
  const lines = text.split('\n');
  if (lines.pop() !== '') return null;
  const changes: Change[] = [];
  for (const line of lines) {
    const [, table, key, digest] = CHANGE.exec(line) ?? [];
    if (table === undefined || key === undefined || digest === undefined) return null;
    changes.push({ table, key: keyFrom(key), digest: digest === '-' ? null : digest });
  }
  return changes;
}

/** As `keyOf` tells it: an id beyond 2^53 - 1 as text. */
function keyFrom(text: string): Key {
  try {
    const key = JSON.parse(text) as Key;
    return typeof key === 'string' || Number.isSafeInteger(key) ? key : text;
  } catch {
    return text;
  }
}

/** @param before hash of the seal before it; '' before the first */
export function hashOfSeal(before: string, { hash: _, ...seal }: Omit<Seal, 'hash'> & { hash?: string }): string {
  return sha256(`${before}\n${rowText('seals', seal)}`);
}

/** The seal that comes after `last`. */
export function nextSeal(last: Pick<Seal, 'id' | 'hash'> | undefined, user: string, changes: string): Seal {
  const seal = { id: (last?.id ?? 0) + 1, created_at: new Date().toISOString(), user_name: user, changes };
  return { ...seal, hash: hashOfSeal(last?.hash ?? '', seal) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
