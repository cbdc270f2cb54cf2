/**
 * Malformed requests: what a page that an attacker has taken over might send. Begins from a request that fits the schema
 * (by its JSON form) and spoils it; what the schema accepts all the same is no malformed request and is not sent.
 */
import { runInThisContext } from 'node:vm';
import { z } from 'zod';
import type { Random } from './mutate';

/** Of z.toJSONSchema, as far as requests use it. */
interface JsonSchema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minItems?: number;
}

/**
 * Puts what JSON cannot say into what came from the test. Text, because it runs here, for the schema to judge, and in the
 * page, which is sent the JSON.
 */
export const REVIVE = `(value) => {
  const cycle = {}; cycle.self = cycle;
  let deep = []; for (let i = 0; i < 1000; i++) deep = [deep];
  const odd = { nan: NaN, infinity: -Infinity, bigint: 10n ** 30n, date: new Date(NaN), bytes: new Uint8Array(1e5), cycle,
    deep, map: new Map([[{}, 1]]) };
  const revive = (inner) => {
    if (typeof inner !== 'object' || inner === null) return inner;
    if (typeof inner.$odd === 'string') return odd[inner.$odd];
    if (Array.isArray(inner)) return inner.map(revive);
    return Object.fromEntries(Object.entries(inner).map(([name, each]) => [name, revive(each)]));
  };
  return revive(value);
}`;
const revive = runInThisContext(REVIVE) as (value: unknown) => unknown;

export const ODD_VALUES = ['nan', 'infinity', 'bigint', 'date', 'bytes', 'cycle', 'deep', 'map'] as const;
export const odd = (kind: (typeof ODD_VALUES)[number]): { $odd: string } => ({ $odd: kind });

const TEXTS = [
  '',
  '\0',
  '../../etc/passwd',
  'C:\\con',
  'a'.repeat(100_000),
  '__proto__',
  "'; drop table masks; --",
  '\u202e',
];
const NUMBERS = [-1, 0, 0.5, 1e308, -0, 2 ** 31, 2 ** 53, Number.MAX_SAFE_INTEGER + 1];

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** @returns a payload that the schema refuses; null where none was found by chance */
export function malformedFor(schema: z.ZodType, random: Random): { payload: unknown } | null {
  const form = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema;
  for (let attempt = 0; attempt < 20; attempt++) {
    const payload = spoil(plausible(form, random), random);
    if (!accepts(schema, revive(payload))) return { payload };
  }
  return null;
}

function accepts(schema: z.ZodType, payload: unknown): boolean {
  try {
    return schema.safeParse(payload).success;
  } catch {
    // What cannot be frozen, where the schema is read-only: main refuses it as well.
    return false;
  }
}

function plausible(form: JsonSchema, random: Random): unknown {
  if (form.const !== undefined) return form.const;
  if (form.enum) return pick(random, form.enum);
  const choices = form.anyOf ?? form.oneOf;
  if (choices) return plausible(pick(random, choices), random);
  switch (form.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(form.properties ?? {})
          .filter(([name]) => form.required?.includes(name) === true || random() < 0.5)
          .map(([name, inner]) => [name, plausible(inner, random)]),
      );
    case 'array':
      return Array.from({ length: Math.max(form.minItems ?? 0, Math.floor(random() * 3)) }, () =>
        plausible(form.items ?? {}, random),
      );
    case 'string':
      return pick(random, ['x', '/tmp/x', 'a'.repeat(64), ...TEXTS]);
    case 'integer':
    case 'number':
      return Math.floor(random() * 5);
    case 'boolean':
      return random() < 0.5;
    default:
      return null;
  }
}

/** Somewhere within, one thing is not what it should be. */
function spoil(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random() < 0.2) return foreign(random);
  if (Array.isArray(value)) {
    const copy: unknown[] = [...(value as unknown[])];
    if (copy.length === 0 || random() < 0.3) return [...copy, foreign(random)];
    const at = Math.floor(random() * copy.length);
    copy[at] = spoil(copy[at], random);
    return copy;
  }
  const entries = Object.entries(value);
  if (entries.length === 0 || random() < 0.2)
    return { ...value, [pick(random, ['admin', 'constructor', '', 'then'])]: foreign(random) };
  const [name, inner] = pick(random, entries);
  if (random() < 0.2) return Object.fromEntries(entries.filter(([other]) => other !== name));
  return { ...value, [name]: spoil(inner, random) };
}

function foreign(random: Random): unknown {
  const kinds: (() => unknown)[] = [
    () => null,
    () => pick(random, TEXTS),
    () => pick(random, NUMBERS),
    () => random() < 0.5,
    () => [],
    () => ({}),
    () => [[[]]],
    () => ({ length: -1, toString: 'x' }),
    () => odd(pick(random, ODD_VALUES)),
  ];
  return pick(random, kinds)();
}
