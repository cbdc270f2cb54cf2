/** DICOM loops in a study: every frame of them, where they belong, and what their header states of millimetres. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { listImages, openImage, readImage } from '../../../../main/study';
import { indexStudy, type IndexedPiece } from '../../../../main/study/index-study';
import { calibrationOfFrame, mmPerPx } from '../../../../shared/domain';
import { dicomFile, greyLoop, type Element } from '../../../support/dicom-file';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-dicom-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};

const LOOP: readonly Element[] = [
  [0x00080060, 'CS', 'US'],
  [0x00100010, 'PN', 'Secret^Name'],
  [0x00100020, 'LO', 'P-17'],
  [0x00181063, 'DS', '40.0'],
];
const UIDS: readonly Element[] = [
  [0x0020000d, 'UI', '1.2.3'],
  [0x0020000e, 'UI', '1.2.3.4'],
];
const pixels = Uint8Array.from({ length: 3 * 4 * 5 }, (_, i) => (i * 7) % 256);
const loop = (regions: readonly Element[] = []) =>
  greyLoop({ rows: 4, columns: 5, frames: 3, pixels, before: [...LOOP, ...regions, ...UIDS] });

const region = (right: number, units: number, format = 1, bottom = 3): Element[] => [
  [0x00186012, 'US', format],
  [0x00186018, 'UL', 0],
  [0x0018601a, 'UL', 0],
  [0x0018601c, 'UL', right],
  [0x0018601e, 'UL', bottom],
  [0x00186024, 'US', units],
  [0x00186026, 'US', units],
  [0x0018602c, 'FD', 0.05],
  [0x0018602e, 'FD', -0.025],
];

async function indexed(path: string) {
  const pieces: IndexedPiece[] = [];
  await indexStudy([path], { signal: new AbortController().signal, onPiece: (piece) => void pieces.push(piece) });
  return pieces.flatMap(({ images }) => images);
}

test('a loop without an extension has all its frames, its patient and its series, and no name', async () => {
  write('study/IM000001', dicomFile(loop()));
  write('study/DICOMDIR', dicomFile([]));
  write('study/notes', Buffer.from('nothing to see here'));
  const [image, ...others] = await indexed(join(folder, 'study'));
  expect(others).toEqual([]);
  expect(image).toMatchObject({ frameCount: 3, widthPx: 5, heightPx: 4, frameTimeMs: 40, relativePath: 'IM000001' });
  expect(image).toMatchObject({ study: { key: 'dicom:1.2.3', patient: 'P-17' }, series: { key: '1.2.3.4' } });
  expect(JSON.stringify(image)).not.toContain('Secret');
  expect((await listImages([join(folder, 'study')])).images).toHaveLength(1);
});

test('each frame has its own pixels', async () => {
  const path = write('loop.dcm', dicomFile(loop()));
  for (const index of [0, 1, 2]) {
    const { frame } = await readImage(path, index);
    expect([...frame.data]).toEqual([...pixels.subarray(20 * index, 20 * index + 20)]);
  }
  await expect(readImage(path, 3)).rejects.toMatchObject({ code: 'format-corrupt', subject: path });
});

describe('headers that lie are refused by name and reason', () => {
  const refused = async (name: string, elements: Element[]) => {
    const path = write(name, dicomFile(elements));
    return expect(openImage(path)).rejects;
  };

  test('more frames than there are', async () => {
    const lying = greyLoop({ rows: 4, columns: 5, frames: 4, pixels });
    await (await refused('more.dcm', lying)).toThrow(/promises 4 frames of 20 bytes, the pixel data hold 3/);
  });

  test('billions of frames, and frames of 65,535 x 65,535', async () => {
    const billions = greyLoop({ rows: 4, columns: 5, frames: 4_000_000_000, pixels });
    await (await refused('billions.dcm', billions)).toMatchObject({ code: 'too-large' });
    const giant = greyLoop({ rows: 65_535, columns: 65_535, pixels });
    await (await refused('giant.dcm', giant)).toMatchObject({ code: 'too-large' });
  });

  test('sequences in sequences, a hundred thousand deep', async () => {
    const item = Buffer.from([
      0x08, 0, 0x15, 0x11, 0x53, 0x51, 0, 0, 255, 255, 255, 255, 254, 255, 0, 224, 255, 255, 255, 255,
    ]);
    const deep = Buffer.concat([dicomFile([]), ...Array.from({ length: 100_000 }, () => item)]);
    await expect(openImage(write('deep.dcm', deep))).rejects.toMatchObject({ code: 'format-corrupt' });
  });

  test('a deflated file that inflates to half a gigabyte, without taking that memory', async () => {
    const bomb = deflateRawSync(Buffer.alloc(2 ** 29));
    const path = write('bomb.dcm', Buffer.concat([dicomFile([], '1.2.840.10008.1.2.1.99'), bomb]));
    await expect(openImage(path)).rejects.toMatchObject({ code: 'too-large', subject: path });
  });
});

describe('millimetres', () => {
  const calibration = async (...items: Element[][]) => {
    const path = write('regions.dcm', dicomFile(loop([[0x00186011, 'SQ', items]])));
    return calibrationOfFrame((await openImage(path)).calibration, 0);
  };
  const inside = [
    { x: 1, y: 1 },
    { x: 4, y: 3 },
  ];

  test('are those of a spatial region, whatever the direction of its axes', async () => {
    expect(mmPerPx(await calibration(region(4, 3)), inside)).toEqual({ x: 0.5, y: 0.25 });
  });

  test('are none of regions of time, of other units, or that leave the image', async () => {
    expect(mmPerPx(await calibration(region(4, 4)), inside)).toBeNull();
    expect(mmPerPx(await calibration(region(4, 3, 2)), inside)).toBeNull();
    expect(mmPerPx(await calibration(region(9, 3, 1, 8)), inside)).toBeNull();
    expect(mmPerPx(await calibration(region(9, 3, 1, 2)), inside)).toBeNull();
  });

  test('hold where the image was cropped: a region ends at its edge on one axis and is cut off on the other', async () => {
    expect(mmPerPx(await calibration(region(9, 3)), inside)).toEqual({ x: 0.5, y: 0.25 });
    expect(mmPerPx(await calibration(region(4, 3, 1, 8)), inside)).toEqual({ x: 0.5, y: 0.25 });
  });

  test('are none where a measurement leaves its region', async () => {
    const known = await calibration(region(2, 3));
    expect(mmPerPx(known, inside)).toBeNull();
    expect(
      mmPerPx(known, [
        { x: 1, y: 1 },
        { x: 2.5, y: 1 },
      ]),
    ).toEqual({ x: 0.5, y: 0.25 });
  });
});
