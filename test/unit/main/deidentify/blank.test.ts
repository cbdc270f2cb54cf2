/** Blanking: black outside, untouched inside, in every kind of uncompressed pixels; and the warning about text. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { deidentify, Identities, textOutside } from '../../../../main/deidentify';
import { burntInText } from '../../../../main/deidentify/burnt-in';
import { readPart10 } from '../../../../main/dicom';
import { dicomFile, type DataSet, type Syntax } from '../../../support/dicom-builder';
import { dicomFile as loopFile, greyLoop } from '../../../support/dicom-file';
import { temporaryFolder } from '../../../support/study-folder';

const identities = new Identities(new Uint8Array(32).fill(7));
const KEEP = [{ x0: 2, y0: 1, x1: 6, y1: 3 }];
const [WIDTH, HEIGHT, FRAMES] = [8, 4, 2];

interface Kind {
  photometric: string;
  samples: 1 | 3;
  bits: 8 | 16;
  planar?: boolean;
  signed?: boolean;
  syntax?: Syntax;
  black: number[];
}

const KINDS: Kind[] = [
  { photometric: 'MONOCHROME2', samples: 1, bits: 8, black: [0] },
  { photometric: 'MONOCHROME1', samples: 1, bits: 8, black: [255] },
  { photometric: 'MONOCHROME1', samples: 1, bits: 16, black: [65_535] },
  { photometric: 'MONOCHROME2', samples: 1, bits: 16, signed: true, black: [32_768] },
  { photometric: 'MONOCHROME1', samples: 1, bits: 16, signed: true, syntax: 'bigEndian', black: [32_767] },
  { photometric: 'MONOCHROME2', samples: 1, bits: 8, syntax: 'bigEndian', black: [0] },
  { photometric: 'RGB', samples: 3, bits: 8, black: [0, 0, 0] },
  { photometric: 'RGB', samples: 3, bits: 8, planar: true, syntax: 'deflated', black: [0, 0, 0] },
  { photometric: 'YBR_FULL', samples: 3, bits: 8, syntax: 'implicit', black: [0, 128, 128] },
  { photometric: 'YBR_FULL', samples: 3, bits: 8, planar: true, black: [0, 128, 128] },
  { photometric: 'PALETTE COLOR', samples: 1, bits: 8, black: [3] },
];

/** Samples that are never black. */
function pictureOf({ samples, bits }: Kind): number[] {
  return Array.from(
    { length: WIDTH * HEIGHT * samples * FRAMES },
    (_, i) => 10 + ((i * 7) % 90) + (bits === 16 ? 256 : 0),
  );
}

function packed(values: readonly number[], { bits, syntax }: Kind): Buffer {
  const bytes = Buffer.alloc((values.length * bits) / 8);
  values.forEach((value, i) => {
    // 8-bit samples in big endian words stand crosswise.
    if (bits === 8) bytes[syntax === 'bigEndian' ? i ^ 1 : i] = value;
    else if (syntax === 'bigEndian') bytes.writeUInt16BE(value, 2 * i);
    else bytes.writeUInt16LE(value, 2 * i);
  });
  return bytes;
}

function dataSet(kind: Kind, pixels: Uint8Array): DataSet {
  const lut = Uint8Array.from({ length: 256 }, (_, i) => (i === 3 ? 0 : 50));
  return [
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.3.1'],
    [0x00080018, 'UI', '1.2.3'],
    [0x00280002, 'US', [kind.samples]],
    [0x00280004, 'CS', kind.photometric],
    [0x00280006, 'US', [kind.planar ? 1 : 0]],
    [0x00280008, 'IS', String(FRAMES)],
    [0x00280010, 'US', [HEIGHT]],
    [0x00280011, 'US', [WIDTH]],
    [0x00280100, 'US', [kind.bits]],
    [0x00280101, 'US', [kind.bits]],
    [0x00280102, 'US', [kind.bits - 1]],
    [0x00280103, 'US', [kind.signed ? 1 : 0]],
    ...[0x00281101, 0x00281102, 0x00281103].map((tag) => [tag, 'US', [256, 0, 8]] as const),
    ...[0x00281201, 0x00281202, 0x00281203].map((tag) => [tag, 'OW', lut] as const),
    [0x7fe00010, 'OW', pixels],
  ];
}

function pixelsAfter(file: Buffer): Buffer {
  const { chunks } = deidentify('x.dcm', file, identities, KEEP);
  const read = readPart10('y.dcm', Buffer.concat(chunks));
  const element = read.elements.find(({ tag }) => tag === 0x7fe00010)!;
  return Buffer.from(read.bytes.subarray(element.valueStart, element.valueEnd));
}

const isKept = (x: number, y: number) => x >= 2 && x < 6 && y >= 1 && y < 3;

describe('blanking', () => {
  it.each(KINDS)('$photometric of $bits bits, planar $planar, signed $signed, $syntax', (kind) => {
    const before = pictureOf(kind);
    const wanted = before.map((value, i) => {
      const inFrame = i % (WIDTH * HEIGHT * kind.samples);
      const pixel = kind.planar ? inFrame % (WIDTH * HEIGHT) : Math.floor(inFrame / kind.samples);
      const sample = kind.planar ? Math.floor(inFrame / (WIDTH * HEIGHT)) : inFrame % kind.samples;
      return isKept(pixel % WIDTH, Math.floor(pixel / WIDTH)) ? value : kind.black[sample]!;
    });
    const file = dicomFile(dataSet(kind, packed(before, kind)), kind.syntax);
    expect(pixelsAfter(file)).toEqual(packed(wanted, kind));
  });

  it('YBR_FULL_422, where two pixels share their colours', () => {
    const kind: Kind = { photometric: 'YBR_FULL_422', samples: 3, bits: 8, black: [] };
    const before = Buffer.alloc(WIDTH * HEIGHT * 2 * FRAMES, 77);
    const wanted = before.map((_, i) => {
      const inRow = i % (WIDTH * 2);
      const y = Math.floor(i / (WIDTH * 2)) % HEIGHT;
      const place = inRow % 4;
      return isKept(Math.floor(inRow / 4) * 2, y) ? 77 : place < 2 ? 0 : 128;
    });
    expect(pixelsAfter(dicomFile(dataSet(kind, before)))).toEqual(wanted);
  });

  it('keeps the ultrasound regions of the file, unless they go beyond its picture', () => {
    const kind = KINDS[0]!;
    const withRegion = (right: number) => {
      const bounds = [2, 1, right, 2].map((value, i) => [0x00186018 + 2 * i, 'UL', [value]] as const);
      const [head, tail] = [
        dataSet(kind, packed(pictureOf(kind), kind)).slice(0, 2),
        dataSet(kind, packed(pictureOf(kind), kind)).slice(2),
      ];
      return dicomFile([...head, [0x00186011, 'SQ', { items: [bounds] }], ...tail]);
    };
    const inside = Buffer.concat(deidentify('x.dcm', withRegion(5), identities, 'regions').chunks);
    const given = Buffer.concat(deidentify('x.dcm', withRegion(5), identities, KEEP).chunks);
    expect(inside).toEqual(given);
    expect(() => deidentify('x.dcm', withRegion(50), identities, 'regions')).toThrow(/fit its picture/);
  });

  it('is refused where there is nothing to keep, naming the file', () => {
    const file = dicomFile(dataSet(KINDS[0]!, packed(pictureOf(KINDS[0]!), KINDS[0]!)));
    expect(() => deidentify('x.dcm', file, identities, 'regions')).toThrow(/x\.dcm: .*no ultrasound regions/);
  });
});

/** Letters of 5 x 7 dots, as machines draw them. */
const GLYPHS = ['7e09090906', '7f49494941', '3e41414122', '7f0808087f', '7f40404040', '3e4141413e'];

function draw(data: Uint8Array, widthPx: number, left: number, top: number, level: number, scale: number): void {
  GLYPHS.forEach((glyph, n) => {
    Buffer.from(glyph, 'hex').forEach((column, cx) => {
      for (let cy = 0; cy < 7; cy++) {
        if (((column >> cy) & 1) === 0) continue;
        for (let dy = 0; dy < scale; dy++) {
          data.fill(
            level,
            (top + cy * scale + dy) * widthPx + left + (n * 6 + cx) * scale,
            (top + cy * scale + dy) * widthPx + left + (n * 6 + cx + 1) * scale,
          );
        }
      }
    });
  });
}

describe('text outside the regions', () => {
  const [widthPx, heightPx] = [320, 240];
  const region = { x0: 40, y0: 40, x1: 280, y1: 220 };

  /** A fan of speckle, a grey bar and a depth scale: no text. */
  function scan(background: number): Uint8Array {
    const data = new Uint8Array(widthPx * heightPx).fill(background);
    let seed = 1;
    for (let y = 40; y < 220; y++) {
      for (let x = 40; x < 280; x++) data[y * widthPx + x] = (seed = (seed * 16_807) % 2_147_483_647) % 256;
    }
    for (let y = 60; y < 200; y++) data.fill(255 - y, y * widthPx + 10, y * widthPx + 20);
    for (let y = 50; y < 220; y += 20) data.fill(200, y * widthPx + 290, y * widthPx + 296);
    return data;
  }

  it.each([0, 30, 220])('is not seen where there is none, on grey %d', (background) => {
    expect(textOutside({ widthPx, heightPx, data: scan(background) }, [region])).toBe(false);
  });

  it.each([
    [0, 255, 1],
    [0, 120, 2],
    [30, 200, 3],
    [220, 20, 2],
  ])('is seen on grey %d as letters of grey %d, dots of %d px', (background, level, scale) => {
    const data = scan(background);
    draw(data, widthPx, 100, 8, level, scale);
    expect(textOutside({ widthPx, heightPx, data }, [region])).toBe(true);
  });

  it('is looked for in what is kept only', () => {
    const data = new Uint8Array(widthPx * heightPx);
    draw(data, widthPx, 100, 8, 255, 2);
    const image = { widthPx, heightPx, data };
    expect(textOutside(image, [])).toBe(true);
    expect(textOutside(image, [], [region])).toBe(false);
    expect(textOutside(image, [], [{ x0: 0, y0: 0, x1: widthPx, y1: 40 }])).toBe(true);
    expect(textOutside(image, [region], [{ x0: 0, y0: 0, x1: 90, y1: heightPx }])).toBe(false);
  });

  it('is seen where it comes late in a loop', async () => {
    const [frames, size] = [40, widthPx * heightPx];
    const pixels = new Uint8Array(frames * size);
    const path = join(temporaryFolder(), 'loop.dcm');
    const verdict = () => {
      const file = loopFile(greyLoop({ rows: heightPx, columns: widthPx, frames, pixels }));
      writeFileSync(path, file);
      return burntInText(readPart10(path, file), undefined);
    };
    expect(await verdict()).toBe('unlikely');
    for (let i = 30; i < frames; i++) draw(pixels.subarray(i * size), widthPx, 100, 8, 255, 2);
    expect(await verdict()).toBe('likely');
  });

  it('is not looked for inside', () => {
    const data = scan(0);
    draw(data, widthPx, 100, 100, 255, 2);
    expect(textOutside({ widthPx, heightPx, data }, [region])).toBe(false);
  });
});
