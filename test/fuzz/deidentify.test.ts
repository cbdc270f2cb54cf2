/**
 * Random and damaged DICOM files to the de-identifier: it gives a file that can be read again and holds none of the random
 * private text, or an `AppError` naming the file. Seeded, so that a failure can be repeated.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deidentify, Identities } from '../../main/deidentify';
import { readPart10 } from '../../main/dicom';
import { isAppError } from '../../shared/errors';
import { dicomFile, SYNTAXES, type DataSet, type Syntax } from '../support/dicom-builder';

const identities = new Identities(new Uint8Array(32).fill(7));
const SECRET = 'Musterfrau';

const syntax = fc.constantFrom(...(Object.keys(SYNTAXES) as Syntax[]));
/** Attributes that the profile removes or replaces, private ones, and ones nobody knows. */
const TEXT_TAGS: readonly (readonly [number, string])[] = [
  ...([
    [0x00080050, 'SH'],
    [0x00080080, 'LO'],
    [0x00080090, 'PN'],
    [0x00081030, 'LO'],
    [0x00100010, 'PN'],
  ] as const),
  ...([
    [0x00100020, 'LO'],
    [0x00104000, 'LT'],
    [0x00204000, 'LT'],
    [0x00091001, 'UT'],
    [0x00090010, 'LO'],
  ] as const),
  ...([
    [0x00087777, 'LO'],
    [0x00181030, 'LO'],
    [0x00321060, 'LO'],
    [0x0040a123, 'PN'],
    [0x60000022, 'LO'],
  ] as const),
];
const SEQUENCE_TAGS = [0x00081140, 0x00081115, 0x00400275, 0x52009230, 0x00091010, 0x00321064] as const;

const { dataSet } = fc.letrec<{ dataSet: DataSet; element: DataSet[number] }>((tie) => ({
  dataSet: fc.array(tie('element'), { maxLength: 6 }),
  element: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...TEXT_TAGS).map(([tag, vr]) => [tag, vr, SECRET] as const),
    fc
      .tuple(fc.constantFrom(...SEQUENCE_TAGS), fc.array(tie('dataSet'), { maxLength: 3 }), fc.boolean())
      .map(([tag, items, open]) => [tag, 'SQ', { items, open }] as const),
  ),
}));

const file = fc.record({ syntax, dataSet, pixels: fc.uint8Array({ minLength: 2, maxLength: 40 }) }).map((made) => {
  const pixels = made.pixels.subarray(0, made.pixels.length & ~1);
  const elements: DataSet = [[0x00080018, 'UI', '1.2.3'], ...made.dataSet, [0x7fe00010, 'OW', pixels]];
  return { bytes: dicomFile(elements, made.syntax), pixels };
});

describe('random data sets', () => {
  it('lose every secret, keep their pixels, and can be read', () => {
    fc.assert(
      fc.property(file, ({ bytes, pixels }) => {
        const { chunks } = deidentify('random.dcm', bytes, identities, 'everything');
        const read = readPart10('new.dcm', Buffer.concat(chunks));
        expect(Buffer.from(read.bytes).includes(SECRET)).toBe(false);
        const element = read.elements.find(({ tag }) => tag === 0x7fe00010);
        expect(Buffer.from(read.bytes.subarray(element?.valueStart, element?.valueEnd)).equals(pixels)).toBe(true);
      }),
      { numRuns: 500, seed: 20_261_124 },
    );
  });
});

describe('damaged files', () => {
  const damage = fc.record({ at: fc.nat(100_000), value: fc.nat(255), cut: fc.nat(3) });
  it('give a readable file or an AppError naming the file', () => {
    const codes = new Set<string>();
    fc.assert(
      fc.property(file, fc.array(damage, { minLength: 1, maxLength: 6 }), ({ bytes }, damages) => {
        let damaged = Buffer.from(bytes);
        for (const { at, value, cut } of damages) {
          const place = 132 + (at % Math.max(1, damaged.length - 132));
          if (place < damaged.length) damaged[place] = value;
          if (cut === 3) damaged = Buffer.concat([damaged.subarray(0, place), damaged.subarray(place + (value % 9))]);
        }
        try {
          const { chunks } = deidentify('damaged.dcm', damaged, identities, [{ x0: 0, y0: 0, x1: 2, y1: 2 }]);
          readPart10('new.dcm', Buffer.concat(chunks));
        } catch (error) {
          if (!isAppError(error)) throw error;
          expect(error.subject).toBe('damaged.dcm');
          codes.add(error.code);
        }
        try {
          readPart10('new.dcm', Buffer.concat(deidentify('damaged.dcm', damaged, identities, 'everything').chunks));
        } catch (error) {
          if (!isAppError(error)) throw error;
          expect(error.subject).toBe('damaged.dcm');
          codes.add(error.code);
        }
      }),
      { numRuns: 3_000, seed: 20_261_124 },
    );
    expect(codes.has('format-corrupt')).toBe(true);
  });
});
