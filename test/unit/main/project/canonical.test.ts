/** How a row is written for its seal: two rows that differ are written differently, and the two databases write one alike. */
import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, inject, it, onTestFinished } from 'vitest';
import { ProjectStore } from '../../../../main/project';
import { pages, type Row } from '../../../../main/project/rows';
import { digestOf, rowText } from '../../../../main/project/seals/canonical';
import { attacker, findings } from './attacker';
import { newPlace, openTables, projectWithFrame } from './support';

const HUGE = 2n ** 53n;
/** Pieces of the canonical form itself, so that values try to pass for columns. */
const pieces = fc.array(
  fc.constantFrom(
    '\n',
    ' ',
    'a',
    'b',
    't1 ',
    't0 ',
    'd',
    'i',
    '-',
    '0',
    '12',
    'é',
    '病',
    '🫀',
    '\u0001',
    '"',
    '\\',
    "'",
  ),
  {
    maxLength: 8,
  },
);
/** What both databases hold: no NUL. */
const text = fc.oneof(
  pieces.map((all) => all.join('')),
  fc.string({ unit: 'binary' }).map((each) => each.replaceAll('\0', '')),
);
const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true }),
  fc.constantFrom(0, -0, 1, 12, 0.1 + 0.2, 1e21, Number.MAX_SAFE_INTEGER),
);
const huge = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).filter((n) => n >= HUGE || n <= -HUGE);
/** @photostructure/sqlite stores a double that is within 2^-52 of an integer as that, which is then what is sealed. */
const real = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((x) => (Math.abs(x - Math.round(x)) < 1e-12 ? Math.round(x) : x));
const value = fc.oneof(text, number, huge, fc.uint8Array({ maxLength: 6 }), fc.constant(null));
const row = fc.dictionary(fc.stringMatching(/^[a-z_]{1,3}$/), value, { maxKeys: 5, noNullPrototype: true });

/** The row that was written so: that it can be told is the proof that no two rows are written alike. */
function rowFrom(written: string): [string, Row] {
  const bytes = Buffer.from(written);
  let at = 0;
  const until = (end: string): string => {
    const from = at;
    at = bytes.indexOf(end, from) + 1;
    return bytes.subarray(from, at - 1).toString();
  };
  const table = until('\n');
  const found: Record<string, unknown> = {};
  while (at < bytes.length) {
    const name = until(' ');
    const kind = String.fromCharCode(bytes[at++]!);
    if (kind === 't') {
      const length = Number(until(' '));
      found[name] = bytes.subarray(at, (at += length)).toString();
      at++;
    } else {
      const digits = until('\n');
      if (kind === 'd') found[name] = Buffer.from(digits, 'hex').readDoubleBE();
      else found[name] = kind === 'i' ? BigInt(digits) : new Uint8Array(Buffer.from(digits, 'hex'));
    }
  }
  return [table, found];
}

it('is told back from what was written: no two rows are written alike', () => {
  fc.assert(
    fc.property(row, fc.constantFrom('masks', 'frames'), (given, table) => {
      const said = Object.entries(given).filter(([, each]) => each !== null);
      const [name, back] = rowFrom(rowText(table, given));
      expect(name).toBe(table);
      expect(back).toEqual(Object.fromEntries(said.map(([key, each]) => [key, Object.is(each, -0) ? 0 : each])));
    }),
    { numRuns: 3_000 },
  );
});

it('is the same in whatever order the columns come', () => {
  fc.assert(
    fc.property(row, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (given, order) => {
      const mixed = Object.entries(given)
        .map((entry, n) => [order[n] ?? 0, entry] as const)
        .sort(([a], [b]) => a - b)
        .map(([, entry]) => entry);
      expect(rowText('masks', Object.fromEntries(mixed))).toBe(rowText('masks', given));
    }),
  );
});

it.each([
  ['nothing and an empty text', null, ''],
  ['a number and its digits', 12, '12'],
  ['bytes and their digits', new Uint8Array([0x12]), '12'],
  ['bytes and text', new Uint8Array([0x61]), 'a'],
  ['neighbours beyond 2^53', HUGE + 1n, HUGE + 2n],
  ['an integer and the double beside it', HUGE + 1n, 2 ** 53],
])('tells %s apart', (_, one, other) => {
  expect(digestOf('settings', { value: one })).not.toBe(digestOf('settings', { value: other }));
});

it('is of a row that a database gives back what it is of the row that it was given', async () => {
  const { store } = await projectWithFrame();
  const rows = fc.sample(
    fc.record({
      text,
      size: fc.oneof(fc.maxSafeInteger(), huge),
      mtime: real,
    }),
    { numRuns: 200, seed: 2026 },
  );
  const sketches = fc.sample(fc.uint8Array({ maxLength: 40 }), { numRuns: 50, seed: 2026 });
  await store.close();
  const { db, close } = await openTables(store.place);
  const file = { series_id: 1, frame_count: 1 };
  await db
    .insertInto('images')
    .values(
      rows.map(({ text: relative_path, size, mtime }, n) => ({
        ...{ ...file, id: 100 + n, absolute_path: `/${n}`, relative_path, mtime_ms: mtime },
        size_bytes: size as number,
      })),
    )
    .execute();
  const frames = sketches.map((_, n) => ({
    id: 100 + n,
    image_id: 1,
    frame_index: 100 + n,
    sort_key: `${n}`,
    review: 'unopened' as const,
  }));
  await db.insertInto('frames').values(frames).execute();
  const look = { frame_sha256: 'f', encoder_id: 'e' };
  await db
    .insertInto('looks')
    .values(sketches.map((sketch, n) => ({ ...look, id: 100 + n, frame_id: 100 + n, sketch })))
    .execute();
  const back = async (table: string): Promise<Row[]> => {
    const all: Row[] = [];
    for await (const page of pages(db, table)) all.push(...page);
    return all.filter(({ id }) => Number(id) >= 100);
  };
  const images = await back('images');
  for (const [n, { text: patient, size, mtime }] of rows.entries()) {
    const given = { ...images[n], relative_path: patient, size_bytes: size, mtime_ms: mtime };
    expect(rowText('images', images[n]!)).toBe(rowText('images', given));
  }
  const looks = await back('looks');
  for (const [n, sketch] of sketches.entries()) {
    expect(rowText('looks', looks[n]!)).toBe(rowText('looks', { ...looks[n], sketch }));
  }
  await close();
  const again = await ProjectStore.open(store.place);
  onTestFinished(() => again.close());
  // What the seals say of them, on a server its own word.
  expect(await findings(again)).toEqual([]);
});

it('the last digit of an integer beyond 2^53 counts, and a row is found whatever its id', async () => {
  const place = newPlace();
  await (await ProjectStore.create(place)).close();
  const { db, close } = await openTables(place);
  await db.insertInto('studies').values({ key: 'k', name: 'n', patient: 'p' }).execute();
  await db.insertInto('series').values({ study_id: 1, key: 'k', name: 'n' }).execute();
  const file = { series_id: 1, absolute_path: '/a', relative_path: 'a', mtime_ms: 1, frame_count: 1 };
  await db
    .insertInto('images')
    .values({ ...file, size_bytes: (HUGE + 1n) as unknown as number })
    .execute();
  await close();
  const store = await ProjectStore.open(place);
  onTestFinished(() => store.close());
  expect(await findings(store)).toEqual([]);
  const attack = await attacker(store);
  const set = async (size: bigint): Promise<void> => {
    await sql`update images set size_bytes = cast(${String(size)} as bigint)`.execute(attack);
  };
  for (const size of [HUGE, HUGE + 2n, 2n ** 62n]) {
    await set(size);
    expect(await findings(store)).toEqual(['images 1 changed']);
  }
  await set(HUGE + 1n);
  expect(await findings(store)).toEqual([]);
  if (inject('postgres')) return;
  await sql`insert into labels (id, name, colour, instances) values (-9007199254740995, 'l', '#000000', 'single')`.execute(
    attack,
  );
  await sql`update images set id = 9007199254740993`.execute(attack);
  await sql`insert into seals values (9223372036854775807, 't', 'u', '', 'h')`.execute(attack);
  expect((await findings(store)).sort()).toEqual(
    [
      'images 1 removed',
      'images 9007199254740993 added',
      'labels -9007199254740995 added',
      'seals 9223372036854775807 added',
    ].sort(),
  );
});

it.skipIf(inject('postgres'))('finds text that goes on behind a NUL, where SonoMask does not read on', async () => {
  const { store } = await projectWithFrame();
  const attack = await attacker(store);
  await sql`update labels set name = name || char(0) || 'benign' where id = 1`.execute(attack);
  expect(await findings(store)).toEqual(['labels 1 changed']);
});
