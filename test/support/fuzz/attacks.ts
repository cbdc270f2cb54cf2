/** Files that are made to do harm: giants, bombs, circles, and counts that lie. */
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { aviFile } from '../avi-file';
import { dicomFile, greyLoop, type Element } from '../dicom-file';
import { TINY_VIDEOS } from '../video-files';
import { niftiFile } from '../volume-file';
import { grey, metaImage, SIDE, tiff, type Seed } from './seeds';

/** Some may be read; none may take long, or a gigabyte. @param heavy as large as they are accepted; else for a quick look */
export async function attacks(heavy: boolean): Promise<Seed[]> {
  const side = heavy ? 8_192 : 1_024;
  const [bulk, slice] = heavy ? [2 ** 28, 5_000] : [2 ** 22, 500];
  const jpeg = await sharp(grey, { raw: { width: SIDE, height: SIDE, channels: 1 } })
    .jpeg()
    .toBuffer();
  const huge = Buffer.from(jpeg);
  const frame = huge.indexOf(Buffer.from([0xff, 0xc0]));
  huge.fill(0xff, frame + 5, frame + 9);
  const attack = (name: string, extension: string, bytes: Buffer, use: Seed['use'] = 'read'): Seed => {
    return { name, extension, use, bytes };
  };
  const loop = (change: readonly Element[]): Buffer => {
    const elements = greyLoop({ rows: SIDE, columns: SIDE, pixels: grey });
    return dicomFile(elements.map((element) => change.find(([tag]) => tag === element[0]) ?? element));
  };
  const wide = loop([
    [0x00280010, 'US', 65_535],
    [0x00280011, 'US', 65_535],
  ]);
  const deep = [...nested(10_000)];
  const bombs: Seed[] = [];
  for (const [colour, depth, channels] of [
    [0, 8, 1],
    [6, 16, 4],
  ] as const) {
    const bytes = pngOf(side, side, colour, depth, zeros((side * channels * (depth / 8) + 1) * side));
    const name = `PNG of ${side}x${side}, ${channels} x ${depth} bit, all black`;
    bombs.push(attack(name, '.png', bytes), attack(`${name}, as a mask`, '.png', bytes, 'import'));
  }
  const nothing = zeros(bulk);
  return [
    ...bombs,
    attack('PNG of 65535x65535', '.png', pngOf(65_535, 65_535, 0, 8, deflateSync(grey))),
    attack('PNG of 65535x65535, as a mask', '.png', pngOf(65_535, 65_535, 0, 8, deflateSync(grey)), 'import'),
    attack('PNG whose data go on for ever', '.png', pngOf(SIDE, SIDE, 0, 8, nothing)),
    attack('PNG whose data go on for ever, as a mask', '.png', pngOf(SIDE, SIDE, 0, 8, nothing), 'import'),
    attack('JPEG of 65535x65535', '.jpg', huge),
    attack('DICOM of 65535x65535', '.dcm', wide),
    attack('DICOM that promises 99,999 frames', '.dcm', loop([[0x00280008, 'IS', '99999']])),
    attack('DICOM that promises -1 frames', '.dcm', loop([[0x00280008, 'IS', '-1']])),
    attack('DICOM with sequences 10,000 deep', '.dcm', dicomFile(deep)),
    attack(
      'DICOM deflated from zeros',
      '.dcm',
      Buffer.concat([dicomFile([], '1.2.840.10008.1.2.1.99'), deflateRawSync(Buffer.alloc(bulk), { level: 1 })]),
    ),
    attack('TIFF whose pages lead in a circle', '.tif', tiff(3, 8)),
    attack('NIfTI of 32767x32767x32767', '.nii.gz', gzipSync(niftiFile({ dims: [32_767, 32_767, 32_767], voxels: 0 }))),
    attack('NIfTI of 256 MiB, gzip of nothing', '.nii.gz', gzipSync(niftiFile({ dims: [8_000, 8_000, 4], voxels: 0 }))),
    attack(
      'NIfTI of zeros',
      '.nii.gz',
      gzipSync(Buffer.concat([niftiFile({ dims: [slice, slice, 8], voxels: 0 }), Buffer.alloc(8 * slice * slice)]), {
        level: 1,
      }),
    ),
    attack(
      'NIfTI mask of zeros',
      '.nii.gz',
      gzipSync(Buffer.concat([niftiFile({ dims: [slice, slice, 8], voxels: 0 }), Buffer.alloc(8 * slice * slice)]), {
        level: 1,
      }),
      'import',
    ),
    attack('NIfTI mask that is a bomb', '.nii.gz', gzipSync(Buffer.alloc(2 * bulk), { level: 1 }), 'import'),
    attack(
      'MetaImage of 65535x65535',
      '.mha',
      Buffer.from(metaImage({ DimSize: '65535 65535', ElementDataFile: 'LOCAL' })),
    ),
    attack(
      'MetaImage of 8000x8000x9e9',
      '.mha',
      Buffer.from(metaImage({ DimSize: '8000 8000 9000000000', ElementDataFile: 'LOCAL' })),
    ),
    attack('MetaImage that is its own data', '.mhd', Buffer.from(metaImage({ ElementDataFile: 'input-0.mhd' }))),
    attack(
      'AVI of 65535x65535',
      '.avi',
      aviFile({ widthPx: 65_535, heightPx: 65_535, compression: 'MJPG', frames: [jpeg] }),
    ),
    attack(
      'AVI of too many empty frames',
      '.avi',
      aviFile({
        widthPx: SIDE,
        heightPx: SIDE,
        compression: 'MJPG',
        frames: Array.from({ length: heavy ? 1_000_000 : 150_000 }, () => Buffer.alloc(0)),
      }),
    ),
    ...['stts', 'ctts'].map((table) => attack(`MP4 whose ${table} claims billions`, '.mp4', lyingTable(table))),
    attack('WebM with rubbish after it', '.webm', Buffer.concat([webm(), Buffer.alloc(heavy ? bulk : 5_000, 0x5a)])),
    attack(
      'COCO of 65535x65535',
      '.json',
      Buffer.from(
        JSON.stringify({
          images: [{ id: 1, file_name: 'input.png', width: 65_535, height: 65_535 }],
          categories: [{ id: 1, name: 'lesion' }],
          annotations: [
            {
              id: 1,
              image_id: 1,
              category_id: 1,
              segmentation: { size: [65_535, 65_535], counts: [0, 4_294_836_225] },
            },
          ],
        }),
      ),
      'import',
    ),
    attack(
      'JSON 100,000 deep',
      '.json',
      Buffer.from(`{"shapes":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
      'import',
    ),
  ];
}

/** A count in a table of times, which is far shorter. */
function lyingTable(name: string): Buffer {
  const mp4 = Buffer.from(videoOf('h264.mp4'));
  mp4.writeUInt32BE(0xfffffff0, mp4.indexOf(name) + 12);
  return mp4;
}

/** Of a segment as long as the file. */
function webm(): Buffer {
  const bytes = Buffer.from(videoOf('vp9.webm'));
  bytes.fill(0xff, bytes.indexOf('18538067', 0, 'hex') + 5, bytes.indexOf('18538067', 0, 'hex') + 12);
  return bytes;
}

function videoOf(wanted: string): Buffer {
  return TINY_VIDEOS.find(({ name }) => name === wanted)?.bytes ?? Buffer.alloc(0);
}

function* nested(depth: number): Generator<Element> {
  let inner: Element = [0x00081140, 'SQ', [[]]];
  for (let i = 0; i < Math.min(depth, 200); i++) inner = [0x00081140, 'SQ', [[inner]]];
  yield inner;
}

function zeros(count: number): Buffer {
  return deflateSync(Buffer.alloc(count), { level: 1 });
}

function pngOf(width: number, height: number, colour: number, depth: number, data: Uint8Array): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([depth, colour], 8);
  const chunk = (type: string, content: Uint8Array): Buffer => {
    const bytes = Buffer.alloc(12 + content.length);
    bytes.writeUInt32BE(content.length, 0);
    bytes.write(type, 4, 'latin1');
    bytes.set(content, 8);
    bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), 8 + content.length);
    return bytes;
  };
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', head), chunk('IDAT', data), chunk('IEND', Buffer.alloc(0))]);
}
