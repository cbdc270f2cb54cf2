/** Which files of a study are listed, and in which order. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compareNaturally, frameHash, isInside, listImages } from '../../../../main/study';
import { inspectImage } from '../../../../main/study/inspect-image';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sonomask-list-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function files(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
}
const listed = async (...paths: string[]) => (await listImages(paths)).images.map((image) => image.relativePath);

describe('listing a folder', () => {
  test('finds images at any depth in natural order', async () => {
    files('10.png', '2.png', '1.png', 'patient 10/a.tif', 'patient 2/b.JPG', 'patient 2/a.jpeg', 'x.bmp', 'x.tiff');
    expect(await listed(folder)).toEqual([
      '1.png',
      '2.png',
      '10.png',
      'patient 2/a.jpeg',
      'patient 2/b.JPG',
      'patient 10/a.tif',
      'x.bmp',
      'x.tiff',
    ]);
  });

  test('skips hidden files and folders, and what is no image by its name', async () => {
    files('a.png', '.hidden.png', '._a.png', '.git/b.png', 'notes.txt', 'table.csv');
    expect(await listed(folder)).toEqual(['a.png']);
  });

  test.skipIf(process.platform === 'win32')('finds DICOM by its content, whatever it is called', async () => {
    const dicom = Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(300)]);
    for (const name of ['1.2.840.113', 'IM_0001', 'image.us', 'loop.MR', 'DICOMDIR']) {
      writeFileSync(join(folder, name), dicom);
    }
    files('weights.bin', 'image.us.json');
    symlinkSync(join(folder, 'IM_0001'), join(folder, 'linked'));
    expect(await listed(folder)).toEqual(['1.2.840.113', 'IM_0001', 'image.us', 'linked', 'loop.MR']);
  });

  test('does not pass over loops and pictures of formats that cannot be read', async () => {
    files('a.png', 'loop.WMV', 'loop.mpeg', 'still.gif');
    expect(await listed(folder)).toEqual(['a.png', 'loop.mpeg', 'loop.WMV', 'still.gif']);
    expect(await inspectImage(join(folder, 'loop.WMV'))).toMatchObject({ frameCount: 1, problem: 'format-unknown' });
  });

  test.skipIf(process.platform === 'win32')('follows links, and is not caught in a loop of them', async () => {
    files('study/a.png', 'elsewhere/b.png');
    symlinkSync(folder, join(folder, 'study', 'loop'));
    symlinkSync('.', join(folder, 'study', 'self'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'study', 'linked'));
    const study = join(folder, 'study');
    const { images } = await listImages([study]);
    // `elsewhere` is reached by two ways and entered once.
    expect(images.filter((image) => image.absolutePath.endsWith('b.png'))).toHaveLength(1);
    expect(images.filter((image) => image.absolutePath.endsWith('a.png'))).toHaveLength(1);
  });

  test.skipIf(process.platform === 'win32')('keeps a link into nothing, so that it is reported', async () => {
    symlinkSync('/nowhere/a.png', join(folder, 'a.png'));
    expect(await listed(folder)).toEqual(['a.png']);
  });
});

test('a file that is named itself is listed whatever it is called, and only once', async () => {
  files('scan.dat', 'a.png');
  expect(await listed(join(folder, 'scan.dat'), folder, join(folder, 'a.png'))).toEqual(['scan.dat', 'a.png']);
});

test('a missing path is reported and the rest is listed', async () => {
  files('a.png');
  const { images, failures } = await listImages([join(folder, 'nowhere'), folder]);
  expect(images).toHaveLength(1);
  expect(failures).toMatchObject([{ code: 'file-not-found', subject: join(folder, 'nowhere') }]);
});

test('the natural order is a total order', () => {
  const name = fc.stringMatching(/^[a-c0-9/]{0,6}$/);
  fc.assert(
    fc.property(name, name, name, (a, b, c) => {
      expect(Math.sign(compareNaturally(a, b))).toBe(-Math.sign(compareNaturally(b, a)) + 0);
      expect(compareNaturally(a, b) === 0).toBe(a === b);
      if (compareNaturally(a, b) < 0 && compareNaturally(b, c) < 0) expect(compareNaturally(a, c)).toBeLessThan(0);
    }),
  );
});

test('a path is inside a folder, not merely beginning with its name', () => {
  expect(isInside('/study/out/a.png', '/study/out')).toBe(true);
  expect(isInside('/study/out', '/study/out')).toBe(true);
  expect(isInside('/study/out/..a.png', '/study/out')).toBe(true);
  expect(isInside('/study/output/a.png', '/study/out')).toBe(false);
  expect(isInside('/study', '/study/out')).toBe(false);
});

describe('the hash of a frame', () => {
  const data = Uint8Array.of(1, 2, 3, 4, 5, 6);

  test('is SHA-256 over width, height and pixels', () => {
    // printf '\x03\0\0\0\x02\0\0\0\x01\x02\x03\x04\x05\x06' | sha256sum
    expect(frameHash({ widthPx: 3, heightPx: 2, data })).toBe(HASH_3X2);
  });

  test('tells frames of one content and another shape apart', () => {
    expect(frameHash({ widthPx: 2, heightPx: 3, data })).not.toBe(HASH_3X2);
  });
});

const HASH_3X2 = 'b01e63a67c8ddaf25ea17af830202dc56569a15321db03b1dc41c005f61479fd';
