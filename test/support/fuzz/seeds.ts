/** Sound files of every format that is read or imported, small, to be damaged. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { encodeMaskPng } from '../../../main/export';
import { aviFile } from '../avi-file';
import { dicomFile, greyLoop, type Element } from '../dicom-file';
import { PROJECT_ROOT } from '../desktop';
import { hasFfmpeg } from '../ffmpeg';
import { TINY_VIDEOS } from '../video-files';
import { niftiFile } from '../volume-file';
import { damaged, damagedDeflate, damagedJson, damagedZlib, type Random } from './mutate';

export interface Seed {
  readonly name: string;
  /** With its point. */
  readonly extension: string;
  readonly use: 'read' | 'import';
  readonly bytes: Buffer;
  /** Where damaging bytes alone would only break what is around them. */
  readonly damage?: (random: Random) => Buffer;
  /** Lies beside the file, under this name. */
  readonly beside?: readonly [name: string, bytes: Uint8Array];
}

export const SIDE = 16;
export const grey = Uint8Array.from({ length: SIDE * SIDE }, (_, i) => (i * 7) % 256);
const mask = Uint8Array.from({ length: SIDE * SIDE }, (_, i) =>
  Number(i % SIDE > 3 && i % SIDE < 9 && i > 60 && i < 190),
);
const raw = { raw: { width: SIDE, height: SIDE, channels: 1 } } as const;
const size = { widthPx: SIDE, heightPx: SIDE };

/** As pydicom is shipped with them: one of each encoding. */
const PYDICOM = [
  'MR_small_jp2klossless.dcm',
  'MR_small_jpeg_ls_lossless.dcm',
  'JPGExtended.dcm',
  'SC_rgb_jpeg_gdcm.dcm',
  'SC_rgb_dcmtk_+eb+cy+np.dcm',
  'SC_rgb_rle_16bit_2frame.dcm',
  'SC_ybr_full_422_uncompressed.dcm',
  'MR_small_bigendian.dcm',
  'rtdose_rle.dcm',
  'image_dfl.dcm',
];

export async function seeds(): Promise<Seed[]> {
  const jpeg = await sharp(grey, raw).toColourspace('b-w').jpeg().toBuffer();
  const png = Buffer.from(encode({ width: SIDE, height: SIDE, data: grey, channels: 1, depth: 8 }));
  const read = (name: string, extension: string, bytes: Buffer, more: Partial<Seed> = {}): Seed => {
    return { name, extension, use: 'read', bytes, ...more };
  };
  const imported = (name: string, extension: string, bytes: Buffer, more: Partial<Seed> = {}): Seed => {
    return { name, extension, use: 'import', bytes, ...more };
  };
  const json = (name: string, document: unknown): Seed[] => {
    const text = JSON.stringify(document);
    const bytes = Buffer.from(text);
    return [
      imported(`${name}, values`, '.json', bytes, { damage: (random) => damagedJson(text, random) }),
      imported(`${name}, bytes`, '.json', bytes),
    ];
  };
  const volume = niftiFile({ dims: [SIDE, SIDE, 3] });
  const deep = niftiFile({ dims: [SIDE, SIDE, 3], datatype: 4, voxels: 2 * 3 * SIDE * SIDE });
  const labels = Buffer.concat([niftiFile({ dims: [SIDE, SIDE], voxels: 0 }), mask]);
  const packed = deflateSync(grey);
  const deflated = dicomFile([], '1.2.840.10008.1.2.1.99');
  const inside = deflateRawSync(dicomFile(dicomLoop()).subarray(dicomFile([]).length));
  const mha = metaImage({ CompressedData: 'True', ElementDataFile: 'LOCAL' });
  return [
    ...dicomSeeds(jpeg).map(([name, bytes]) => read(`DICOM, ${name}`, '.dcm', bytes)),
    read('DICOM, deflated', '.dcm', Buffer.concat([deflated, inside]), {
      damage: (random) => damagedDeflate(deflated, inside, random),
    }),
    ...pydicomSeeds().map(([name, bytes]) => read(`DICOM, ${name}`, '.dcm', bytes)),
    read('PNG', '.png', png),
    read(
      'PNG, 16 bit',
      '.png',
      Buffer.from(encode({ width: SIDE, height: SIDE, data: new Uint16Array(grey), channels: 1, depth: 16 })),
    ),
    read('JPEG', '.jpg', jpeg),
    read('JPEG, progressive', '.jpg', await sharp(grey, raw).jpeg({ progressive: true }).toBuffer()),
    read('BMP', '.bmp', bitmap()),
    read('TIFF', '.tif', await sharp(grey, raw).tiff({ compression: 'lzw' }).toBuffer()),
    read('TIFF, pages', '.tif', tiff(3)),
    read('NIfTI', '.nii', volume),
    read('NIfTI, 16 bit, gzip', '.nii.gz', gzipSync(deep)),
    read('MetaImage', '.mha', Buffer.concat([Buffer.from(metaImage({ ElementDataFile: 'LOCAL' })), grey])),
    read('MetaImage, packed', '.mha', Buffer.concat([Buffer.from(mha), packed]), {
      damage: (random) => damagedZlib(mha, packed, random),
    }),
    read('MetaImage, two files', '.mhd', Buffer.from(metaImage({ ElementDataFile: 'beside.raw' })), {
      beside: ['beside.raw', grey],
    }),
    read('AVI', '.avi', aviFile({ ...size, compression: 'MJPG', frames: [jpeg, jpeg, jpeg] })),
    read('AVI, uncompressed', '.avi', aviFile({ ...size, compression: '\0\0\0\0', bits: 8, frames: [grey, grey] })),
    // A sound one is refused where nothing decodes it.
    ...(hasFfmpeg ? TINY_VIDEOS : []).map(({ name, bytes }) => read(`Video, ${name}`, extname(name), bytes)),
    imported('PNG mask', '.png', Buffer.from(await encodeMaskPng({ ...size, data: mask }))),
    imported('YOLO', '.txt', Buffer.from('0 0.1 0.1 0.9 0.1 0.9 0.9 0.1 0.9\n1 0.2 0.2 0.4 0.2 0.3 0.6\n')),
    imported('NIfTI mask', '.nii.gz', gzipSync(labels)),
    imported('DICOM SEG', '.dcm', segmentation()),
    ...json('COCO', {
      images: [{ id: 1, file_name: 'input.png', width: SIDE, height: SIDE }],
      categories: [{ id: 1, name: 'lesion' }],
      annotations: [
        { id: 1, image_id: 1, category_id: 1, segmentation: [[2, 2, 9, 2, 9, 9, 2, 9]] },
        { id: 2, image_id: 1, category_id: 1, segmentation: { size: [SIDE, SIDE], counts: [20, 6, 230] } },
        { id: 3, image_id: 1, category_id: 1, segmentation: { size: [SIDE, SIDE], counts: 'd06fe0' } },
      ],
    }),
    ...json('labelme', {
      ...{ imagePath: 'input.png', imageWidth: SIDE, imageHeight: SIDE },
      shapes: [
        {
          label: 'lesion',
          shape_type: 'polygon',
          points: [
            [1, 1],
            [8, 1],
            [8, 9],
          ],
        },
        {
          label: 'lesion',
          shape_type: 'circle',
          points: [
            [8, 8],
            [11, 8],
          ],
        },
        {
          label: 'lesion',
          shape_type: 'rectangle',
          points: [
            [1, 1],
            [8, 9],
          ],
          group_id: 2,
        },
        {
          label: 'cyst',
          shape_type: 'mask',
          points: [
            [2, 2],
            [17, 17],
          ],
          mask: Buffer.from(png).toString('base64'),
        },
      ],
    }),
  ];
}

function dicomLoop(): Element[] {
  const pixels = Uint8Array.from({ length: 3 * SIDE * SIDE }, (_, i) => (i * 37) % 256);
  const region: Element[] = [
    [0x00186012, 'US', 1],
    [0x00186018, 'UL', 0],
    [0x0018601a, 'UL', 0],
    [0x0018601c, 'UL', SIDE - 1],
    [0x0018601e, 'UL', SIDE - 1],
    [0x00186024, 'US', 3],
    [0x00186026, 'US', 3],
    [0x0018602c, 'FD', 0.05],
  ];
  const before: Element[] = [
    [0x00181063, 'DS', '40'],
    [0x00186011, 'SQ', [region]],
  ];
  return greyLoop({ rows: SIDE, columns: SIDE, frames: 3, pixels, before });
}

/** An enhanced loop: millimetres in functional groups, those of one frame apart. */
function enhancedLoop(): Element[] {
  const loop = dicomLoop().filter(([tag]) => tag !== 0x00186011);
  const measures = (mm: string): Element[] => [[0x00289110, 'SQ', [[[0x00280030, 'DS', `${mm}\\${mm}`]]]]];
  const groups: Element[] = [
    [0x52009229, 'SQ', [measures('0.2')]],
    [0x52009230, 'SQ', [[], measures('0.3'), []]],
  ];
  return [...loop.slice(0, -1), ...groups, ...loop.slice(-1)];
}

/** Two frames of one segment, each on a frame of a loop; bits packed as the standard has them. */
function segmentation(): Buffer {
  const frameOf = (number: number): Element[] => [
    [
      0x00089124,
      'SQ',
      [
        [
          [
            0x00082112,
            'SQ',
            [
              [
                [0x00081155, 'UI', '1.2.3'],
                [0x00081160, 'IS', String(number)],
              ],
            ],
          ],
        ],
      ],
    ],
    [0x0062000a, 'SQ', [[[0x0062000b, 'US', 1]]]],
  ];
  const bits = Buffer.alloc((2 * SIDE * SIDE) / 8);
  mask.forEach((bit, i) => {
    for (const at of [i, SIDE * SIDE + i]) bits[at >> 3] = (bits[at >> 3] ?? 0) | (bit << (at & 7));
  });
  return dicomFile([
    [0x00080016, 'UI', '1.2.840.10008.5.1.4.1.1.66.4'],
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', '2'],
    [0x00280010, 'US', SIDE],
    [0x00280011, 'US', SIDE],
    [0x00280100, 'US', 1],
    [0x00280101, 'US', 1],
    [0x00280102, 'US', 0],
    [0x00280103, 'US', 0],
    [0x00620001, 'CS', 'BINARY'],
    [
      0x00620002,
      'SQ',
      [
        [
          [0x00620004, 'US', 1],
          [0x00620005, 'LO', 'lesion'],
        ],
      ],
    ],
    [0x52009230, 'SQ', [frameOf(1), frameOf(3)]],
    [0x7fe00010, 'OB', bits],
  ]);
}

function dicomSeeds(jpeg: Buffer): [string, Buffer][] {
  const loop = dicomLoop();
  const rleFrame = Buffer.concat([
    Buffer.from([1, 0, 0, 0, 64, 0, 0, 0]),
    Buffer.alloc(56),
    Buffer.from([129, 9, 129, 7]),
  ]);
  return [
    ['a loop', dicomFile(loop)],
    ['enhanced', dicomFile(enhancedLoop())],
    ['RLE', encapsulated(loop, '1.2.840.10008.1.2.5', [rleFrame, rleFrame, rleFrame])],
    ['JPEG', encapsulated(loop, '1.2.840.10008.1.2.4.50', [jpeg, jpeg, jpeg])],
  ];
}

function encapsulated(loop: readonly Element[], syntax: string, frames: readonly Buffer[]): Buffer {
  const item = (content: Buffer): Buffer => {
    const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    head.writeUInt32LE(content.length + (content.length % 2), 4);
    return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
  };
  const start = Buffer.from([0xe0, 0x7f, 0x10, 0x00, 0x4f, 0x42, 0, 0, 255, 255, 255, 255]);
  const end = Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
  return Buffer.concat([dicomFile(loop.slice(0, -1), syntax), start, item(Buffer.alloc(0)), ...frames.map(item), end]);
}

function pydicomSeeds(): [string, Buffer][] {
  const libraries = join(PROJECT_ROOT, '.venv', 'lib');
  const found = existsSync(libraries) ? readdirSync(libraries) : [];
  return found.flatMap((version) => {
    const folder = join(libraries, version, 'site-packages', 'pydicom', 'data', 'test_files');
    return PYDICOM.filter((name) => existsSync(join(folder, name))).map((name): [string, Buffer] => [
      name,
      readFileSync(join(folder, name)),
    ]);
  });
}

export function metaImage(more: Readonly<Record<string, string>>): string {
  const lines = { ObjectType: 'Image', NDims: '2', DimSize: `${SIDE} ${SIDE}`, ElementType: 'MET_UCHAR', ...more };
  return Object.entries(lines)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('');
}

function bitmap(): Buffer {
  const head = Buffer.alloc(54 + 1024);
  head.write('BM', 'latin1');
  head.writeUInt32LE(54 + 1024, 10);
  [40, SIDE, SIDE, 1 | (8 << 16), 0, 0, 0, 0, 256].forEach((value, i) => head.writeUInt32LE(value, 14 + 4 * i));
  return Buffer.concat([head, grey]);
}

/** Pages of 8-bit grey, one strip each. @param last where the last page's link leads; 0: nowhere */
export function tiff(pages: number, last = 0): Buffer {
  const entry = (tag: number, value: number): number[] => [tag & 255, tag >> 8, 4, 0, 1, 0, 0, 0, ...bytes4(value)];
  const pageBytes = 2 + 8 * 12 + 4;
  const data = 8 + pages * pageBytes;
  const directories = Array.from({ length: pages }, (_, i) => {
    const entries = [
      [256, SIDE],
      [257, SIDE],
      [258, 8],
      [259, 1],
      [262, 1],
      [273, data],
      [278, SIDE],
      [279, SIDE * SIDE],
    ];
    const next = i + 1 < pages ? 8 + (i + 1) * pageBytes : last;
    return [8, 0, ...entries.flatMap(([tag, value]) => entry(tag!, value!)), ...bytes4(next)];
  });
  return Buffer.concat([Buffer.from([0x49, 0x49, 42, 0, 8, 0, 0, 0, ...directories.flat()]), grey]);
}

function bytes4(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, value >>> 24];
}

/** The input that `random` makes of a seed. */
export function inputOf(seed: Seed, random: Random): Buffer {
  return seed.damage && random() < 0.8 ? seed.damage(random) : damaged(seed.bytes, random);
}
