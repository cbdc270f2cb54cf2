/** De-identified files: nothing of the patient left in the bytes, the picture untouched, references still agreeing. */
import { randomUUID } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deidentify, Identities, type Keep } from '../../../../main/deidentify';
import { readPart10 } from '../../../../main/dicom';
import { topText } from '../../../../main/deidentify/profile';
import { dicomFile, type DataSet, SYNTAXES, type Syntax } from '../../../support/dicom-builder';

const identities = new Identities(new Uint8Array(32).fill(7));
const SYNTAX_NAMES = Object.keys(SYNTAXES) as Syntax[];
const PIXELS = Uint8Array.from({ length: 64 }, (_, i) => (i * 37) % 256);

/** Strings that occur nowhere else; what was planted is looked for in every byte of the result. */
class Plants {
  readonly all: string[] = [];
  text(): string {
    const secret = `Plant${this.all.length}${randomUUID().slice(0, 5)}`;
    this.all.push(secret);
    return secret;
  }
  digits(length = 8): string {
    const digits = String(10_000_000 + Math.floor(Math.random() * 89_999_999)).slice(0, length);
    this.all.push(digits);
    return digits;
  }
}

function planted(plants: Plants): DataSet {
  const t = () => plants.text();
  const name = t();
  const id = t();
  const uid = `1.2.3.${plants.digits()}`;
  const inner: DataSet = [
    [0x00080050, 'SH', t()],
    [0x00081155, 'UI', `1.2.9.${plants.digits()}`],
    [0x00100010, 'PN', t()],
    [0x00321060, 'LO', t()],
    [
      0x00400275,
      'SQ',
      {
        items: [
          [
            [0x00400007, 'LO', t()],
            [0x00400009, 'SH', t()],
            [0x00091001, 'LO', t()],
          ],
        ],
        open: true,
      },
    ],
    [0x00090010, 'LO', t()],
    [0x00091002, 'UN', Buffer.from(`${t()}!`.padEnd(12).slice(0, 12))],
  ];
  return [
    [0x00080000, 'UL', [1234]],
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080008, 'CS', 'ORIGINAL\\PRIMARY'],
    [0x00080014, 'UI', `1.2.8.${plants.digits()}`],
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
    [0x00080018, 'UI', uid],
    [0x00080020, 'DA', plants.digits()],
    [0x00080021, 'DA', plants.digits()],
    [0x0008002a, 'DT', plants.digits()],
    [0x00080030, 'TM', plants.digits(6)],
    [0x00080050, 'SH', t()],
    [0x00080060, 'CS', 'US'],
    [0x00080070, 'LO', 'Maker'],
    [0x00080080, 'LO', t()],
    [0x00080081, 'ST', t()],
    [0x00080090, 'PN', `${t()}^${t()}`],
    [0x00081010, 'SH', t()],
    [0x00081030, 'LO', t()],
    [0x0008103e, 'LO', t()],
    [0x00081040, 'LO', t()],
    [0x00081048, 'PN', t()],
    [0x00081070, 'PN', t()],
    [0x00081080, 'LO', t()],
    // Kept by the profile, and naming the patient all the same.
    [0x00081090, 'LO', `Scanner of ${name}`],
    [0x00081110, 'SQ', { items: [inner] }],
    [0x00081140, 'SQ', { items: [inner], open: true }],
    [0x00082111, 'ST', t()],
    [0x00090010, 'LO', t()],
    [0x00091001, 'SQ', { items: [inner], open: true }],
    [0x00091002, 'LT', t()],
    [0x00100010, 'PN', `${name}^${t()}`],
    [0x00100020, 'LO', id],
    [0x00100021, 'LO', t()],
    [0x00100030, 'DA', plants.digits()],
    [0x00100040, 'CS', 'F'],
    [0x00101000, 'LO', t()],
    [0x00101001, 'PN', t()],
    [0x00101010, 'AS', '044Y'],
    [0x00101040, 'LO', t()],
    [0x00102154, 'SH', t()],
    [0x001021b0, 'LT', t()],
    [0x00104000, 'LT', t()],
    [0x00180015, 'CS', `BREAST\0${t()}`],
    [0x00181000, 'LO', t()],
    [0x00181030, 'LO', t()],
    [0x0020000d, 'UI', `1.2.4.${plants.digits()}`],
    [0x0020000e, 'UI', `1.2.5.${plants.digits()}`],
    [0x00200010, 'SH', t()],
    [0x00200013, 'IS', `${plants.digits()}x`],
    [0x00204000, 'LT', t()],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', [8]],
    [0x00280011, 'US', [8]],
    [0x00280030, 'DS', `0.5\\${t()}`],
    [0x00280100, 'US', [8]],
    [0x00280101, 'US', [8]],
    [0x00280102, 'US', [7]],
    [0x00280103, 'US', [0]],
    [0x00321032, 'PN', t()],
    [0x00380500, 'LO', t()],
    [
      0x0040a730,
      'SQ',
      {
        items: [
          [
            [0x0040a160, 'UT', t()],
            [0x0040a123, 'PN', t()],
          ],
        ],
      },
    ],
    [0x00880140, 'UI', `1.2.6.${plants.digits()}`],
    [0x60000022, 'LO', t()],
    [0x60003000, 'OW', Buffer.from(`${t()}!`.padEnd(14).slice(0, 14))],
    [0x60004000, 'LT', t()],
    [0x7fe00010, 'OW', PIXELS],
    [0xfffcfffc, 'OB', Buffer.from(`${t()}   `.slice(0, 12))],
  ];
}

function bytesOf(syntax: Syntax, chunks: readonly Uint8Array[]): Buffer {
  const file = Buffer.concat(chunks);
  if (syntax !== 'deflated') return file;
  // The data set begins where group 2 ends.
  const length = file.readUInt32LE(140);
  return Buffer.concat([file, inflateRawSync(file.subarray(144 + length))]);
}

describe.each(SYNTAX_NAMES)('%s', (syntax) => {
  const plants = new Plants();
  const meta: DataSet = [
    [0x00020016, 'AE', plants.text()],
    [0x00020100, 'UI', `1.2.7.${plants.digits()}`],
  ];
  const source = dicomFile(planted(plants), syntax, meta, plants.text());
  const result = deidentify('planted.dcm', source, identities, 'everything');
  const bytes = bytesOf(syntax, result.chunks);
  const read = readPart10('new.dcm', Buffer.concat(result.chunks));

  it(`leaves none of the planted strings`, () => {
    expect(plants.all.length).toBeGreaterThan(60);
    const before =
      syntax === 'deflated'
        ? plants.all
        : plants.all.filter((plant) => source.includes(plant.slice(0, 9), 0, 'latin1'));
    expect(before).toEqual(plants.all);
    const haystack = bytes.toString('latin1').toUpperCase();
    expect(plants.all.filter((plant) => haystack.includes(plant.slice(0, 9).toUpperCase()))).toEqual([]);
  });

  it('keeps the pixel data, and what the profile keeps, byte for byte', () => {
    const pixels = read.elements.find(({ tag }) => tag === 0x7fe00010);
    expect(read.bytes.subarray(pixels?.valueStart, pixels?.valueEnd)).toEqual(Buffer.from(PIXELS));
    expect(topText(read, 0x00080070)).toBe('Maker');
    expect(topText(read, 0x00180015)).toBe('BREAST');
  });

  it('says what was done', () => {
    expect(topText(read, 0x00120062)).toBe('YES');
    expect(topText(read, 0x00120063)).toContain('PS3.15');
    expect(read.elements.find(({ tag }) => tag === 0x00120064)?.items).toHaveLength(1);
    expect(topText(read, 0x00100020)).toBe(result.patient);
    expect(topText(read, 0x00080018)).toBe(result.sopInstance);
  });

  it('does it the same way again', () => {
    expect(Buffer.concat(deidentify('planted.dcm', source, identities, 'everything').chunks)).toEqual(
      Buffer.concat(result.chunks),
    );
  });
});

describe('identities', () => {
  it('are valid, agree between files and depend on the key', () => {
    const others = new Identities(new Uint8Array(32).fill(8));
    const uids = Array.from({ length: 200 }, (_, i) => identities.uid(`1.2.${i}`));
    for (const uid of uids) {
      expect(uid).toMatch(/^2\.25\.[1-9]\d*$/);
      expect(BigInt(uid.slice(5)) < 2n ** 128n).toBe(true);
    }
    expect(new Set(uids).size).toBe(200);
    expect(identities.uid('1.2.3')).toBe(new Identities(new Uint8Array(32).fill(7)).uid('1.2.3'));
    expect(identities.uid('1.2.3')).not.toBe(others.uid('1.2.3'));
  });
});

describe('pictures that were blanked', () => {
  const key = new Uint8Array(32).fill(7);
  const keep = [{ x0: 0, y0: 0, x1: 1, y1: 1 }];
  const file = dicomFile([
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
    [0x00080018, 'UI', '1.2.3.4'],
    [0x00082112, 'SQ', { items: [[[0x00081155, 'UI', '1.2.3.5']]] }],
    [0x0020000e, 'UI', '1.2.3.6'],
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280010, 'US', [2]],
    [0x00280011, 'US', [2]],
    [0x00280100, 'US', [8]],
    [0x7fe00010, 'OB', new Uint8Array([1, 2, 3, 4])],
  ]);
  const uidsWith = (asked: Keep) => {
    const { chunks, sopInstance } = deidentify('x.dcm', file, new Identities(key, asked), asked);
    const { elements, bytes } = readPart10('y.dcm', Buffer.concat(chunks));
    const textOf = (tag: number, among = elements) => {
      const { valueStart, valueEnd } = among.find((element) => element.tag === tag)!;
      return Buffer.from(bytes.subarray(valueStart, valueEnd)).toString('latin1').replace('\0', '');
    };
    const { items } = elements.find(({ tag }) => tag === 0x00082112)!;
    return {
      ...{ sopInstance, own: textOf(0x00080018), series: textOf(0x0020000e) },
      referred: textOf(0x00081155, items![0]!.elements),
    };
  };

  it('are other instances of the same series, wherever they are referred to', () => {
    const [whole, blanked, again, otherwise] = [
      uidsWith('everything'),
      uidsWith(keep),
      uidsWith(keep),
      uidsWith([{ ...keep[0]!, x1: 2 }]),
    ];
    expect(blanked).toEqual(again);
    expect(new Set([whole, blanked, otherwise].map(({ own }) => own)).size).toBe(3);
    expect(new Set([whole, blanked, otherwise].map(({ referred }) => referred)).size).toBe(3);
    expect(new Set([whole, blanked, otherwise].map(({ series }) => series)).size).toBe(1);
    expect(blanked.own).toBe(blanked.sopInstance);
    expect(blanked.referred).toBe(new Identities(key, keep).instance('1.2.3.5'));
  });
});

describe('what is refused', () => {
  it.each([
    ['no DICOM file', Buffer.alloc(200), 'format-unknown'],
    ['one cut off', dicomFile([[0x00080018, 'UI', '1.2']]).subarray(0, -2), 'format-corrupt'],
    ['one without UID', dicomFile([[0x00080060, 'CS', 'US']]), 'format-corrupt'],
    ['a DICOMDIR', dicomFile([], 'explicit', [[0x00020002, 'UI', '1.2.840.10008.1.3.10']]), 'format-unknown'],
  ])('%s', (_, bytes, code) => {
    expect(() => deidentify('x.dcm', bytes, identities, 'everything')).toThrow(
      expect.objectContaining({ code, subject: 'x.dcm' }),
    );
  });
});
