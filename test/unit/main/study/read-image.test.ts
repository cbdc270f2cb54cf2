/** Opening image files: pixels as Pillow reads them, and every kind of broken file refused by name and reason. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { encode } from 'fast-png';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readImage } from '../../../../main/study';
import { describeWithPython, runPython } from '../../../support/python-venv';

const folder = mkdtempSync(join(tmpdir(), 'sonomask-study-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, bytes: Uint8Array) => {
  writeFileSync(at(name), bytes);
  return at(name);
};

const SAVE_WITH_PILLOW = `
import sys, json, base64, numpy as np
from PIL import Image
folder = json.load(sys.stdin)
rng = np.random.default_rng(7)
h, w = 33, 47
grey = rng.integers(0, 256, (h, w), dtype=np.uint8)
rgb = rng.integers(0, 256, (h, w, 3), dtype=np.uint8)
G, C = Image.fromarray(grey), Image.fromarray(rgb)
palette = C.quantize(200)
images = {
  'grey.png': G, 'rgb.png': C, 'rgba.png': Image.fromarray(rng.integers(0, 256, (h, w, 4), dtype=np.uint8)),
  'grey-alpha.png': Image.fromarray(rng.integers(0, 256, (h, w, 2), dtype=np.uint8), 'LA'),
  'palette.png': palette, 'palette-4bit.png': C.quantize(16), '1bit.png': Image.fromarray(grey > 99),
  'grey.jpg': G, 'rgb.jpg': C, 'grey.tif': G, 'rgb.tif': C, 'palette.tif': palette, '1bit.tif': Image.fromarray(grey > 99),
  'grey.bmp': G, 'rgb.bmp': C, 'rgba.bmp': Image.fromarray(rng.integers(0, 256, (h, w, 4), dtype=np.uint8)),
  'palette.bmp': palette,
}
out = {}
for name, image in images.items():
  image.save(f'{folder}/{name}')
  back = Image.open(f'{folder}/{name}')
  out[name] = base64.b64encode(np.asarray(back.convert('L')).tobytes()).decode()
palette.save(f'{folder}/transparent.png', transparency=3)
out['transparent.png'] = out['palette.png']
G.save(f'{folder}/pages.tif', save_all=True, append_images=[Image.fromarray(255 - grey)])
out['pages.tif'] = out['grey.png']
Image.fromarray(grey.astype(np.float32)).save(f'{folder}/float.tif')
print(json.dumps(out))
`;

describeWithPython('images as Pillow writes them', () => {
  test('give the grey levels of Pillow mode L, to the last one', async () => {
    const expected = runPython(SAVE_WITH_PILLOW, folder) as Record<string, string>;
    expect(Object.keys(expected)).toHaveLength(19);
    for (const [name, pixels] of Object.entries(expected)) {
      const { frame } = await readImage(at(name));
      expect([name, frame.widthPx, frame.heightPx]).toEqual([name, 47, 33]);
      expect(Buffer.from(frame.data).toString('base64') === pixels, name).toBe(true);
    }
    const second = await readImage(at('pages.tif'), 1);
    expect(second.metadata).toMatchObject({ format: 'tiff', frameCount: 2 });
    const first = Buffer.from(expected['pages.tif'] ?? '', 'base64');
    expect([...second.frame.data]).toEqual([...first].map((level) => 255 - level));
    await expect(readImage(at('pages.tif'), 2)).rejects.toMatchObject({ code: 'format-corrupt' });
    await expect(readImage(at('float.tif'))).rejects.toMatchObject({ code: 'format-unknown' });
  });
});

describe('16-bit samples', () => {
  const samples = Uint16Array.of(0, 128, 129, 257, 32768, 65535);
  const grey = [0, 0, 1, 1, 128, 255];

  test('become 8-bit ones by v / 257, rounded, in PNG and TIFF', async () => {
    const png = write('deep.png', encode({ width: 6, height: 1, data: samples, depth: 16, channels: 1 }));
    const { frame, metadata } = await readImage(png);
    expect([...frame.data]).toEqual(grey);
    expect(metadata).toMatchObject({ format: 'png', bitsPerSample: 16, channels: 1 });
    const raw = { width: 6, height: 1, channels: 1 } as const;
    await sharp(samples, { raw }).toColourspace('grey16').tiff({ compression: 'lzw' }).toFile(at('deep.tif'));
    expect([...(await readImage(at('deep.tif'))).frame.data]).toEqual(grey);
  });

  test('of a colour image too, before its grey is taken', async () => {
    const data = Uint16Array.of(65535, 0, 0, 0, 65535, 0, 0, 0, 65535);
    const path = write('deep-rgb.png', encode({ width: 3, height: 1, data, depth: 16, channels: 3 }));
    expect([...(await readImage(path)).frame.data]).toEqual([76, 150, 29]);
  });
});

test('a bitmap stored top row first is not upside down', async () => {
  const bytes = bmp(2, -2, 24);
  bytes.set([255, 255, 255], 54);
  const { frame } = await readImage(write('top-down.bmp', bytes));
  expect([...frame.data]).toEqual([255, 0, 0, 0]);
});

test('the format is told by the content, not by the name', async () => {
  const png = encode({ width: 2, height: 1, data: Uint8Array.of(3, 200), channels: 1 });
  const { frame, metadata } = await readImage(write('really-a-png.jpg', png));
  expect(metadata.format).toBe('png');
  expect([...frame.data]).toEqual([3, 200]);
});

describe('a file that cannot be read is refused with the reason', () => {
  const noise = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 7919) % 256);
  let png: Uint8Array;
  let jpeg: Uint8Array;
  let tiff: Uint8Array;
  beforeAll(async () => {
    png = encode({ width: 64, height: 64, data: noise, channels: 1 });
    const raw = { width: 64, height: 64, channels: 1 } as const;
    jpeg = await sharp(noise, { raw }).jpeg().toBuffer();
    tiff = await sharp(noise, { raw }).tiff({ compression: 'none' }).toBuffer();
  });
  const refusal = async (path: string) => {
    const error: unknown = await readImage(path).then(
      () => 'it was read',
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'AppError', subject: path });
    expect((error as Error).message).toContain(path);
    return error as { code: string; message: string };
  };

  test('missing', async () => expect((await refusal(at('nowhere.png'))).code).toBe('file-not-found'));

  test('a folder', async () => expect((await refusal(folder)).code).toBe('file-unreadable'));

  test.skipIf(process.platform === 'win32')('a pipe, without waiting for its writer', async () => {
    execFileSync('mkfifo', [at('pipe.png')]);
    expect((await refusal(at('pipe.png'))).code).toBe('file-unreadable');
  });

  test('zero bytes', async () => {
    expect((await refusal(write('zero.png', new Uint8Array()))).code).toBe('file-empty');
  });

  test('text named .png', async () => {
    const path = write('text.png', new TextEncoder().encode('This is not an image, whatever its name says.\n'));
    expect((await refusal(path)).code).toBe('format-unknown');
  });

  test('cut off anywhere', async () => {
    for (const [name, bytes] of Object.entries({ png, jpeg, tiff, bmp: bmp(64, 64, 8) })) {
      for (const fraction of [0.02, 0.3, 0.9]) {
        const path = write(`cut-${fraction}.${name}`, bytes);
        truncateSync(path, Math.ceil(bytes.length * fraction));
        expect([name, fraction, (await refusal(path)).code]).toEqual([name, fraction, 'format-corrupt']);
      }
    }
  });

  test('a PNG with a damaged chunk', async () => {
    const damaged = Uint8Array.from(png);
    damaged[120] = (damaged[120] ?? 0) ^ 0xff;
    expect((await refusal(write('damaged.png', damaged))).code).toBe('format-corrupt');
  });

  test('20,000 x 20,000 px, before memory is taken', async () => {
    // A whole and valid PNG: rows of zeros deflate to almost nothing.
    const path = write('giant.png', giantPng(20_000));
    const before = process.memoryUsage.rss();
    const started = performance.now();
    expect((await refusal(path)).code).toBe('too-large');
    expect(performance.now() - started).toBeLessThan(1000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
    const bitmap = bmp(1, 1, 8);
    new DataView(bitmap.buffer).setInt32(18, 20_000, true);
    new DataView(bitmap.buffer).setInt32(22, 20_000, true);
    expect((await refusal(write('giant.bmp', bitmap))).code).toBe('too-large');
  });

  test('a giant JPEG and TIFF', async () => {
    // Both say their size in the header: these have the header of a giant and the data of a dwarf.
    const giantJpeg = Uint8Array.from(jpeg);
    const frameHeader = giantJpeg.findIndex((byte, i) => byte === 0xff && giantJpeg[i + 1] === 0xc0);
    giantJpeg.set([0x4e, 0x20, 0x4e, 0x20], frameHeader + 5);
    expect((await refusal(write('giant.jpg', giantJpeg))).code).toBe('too-large');
    const giantTiff = Uint8Array.from(tiff);
    const view = new DataView(giantTiff.buffer);
    const directory = view.getUint32(4, true);
    for (let i = 0; i < view.getUint16(directory, true); i++) {
      const tag = view.getUint16(directory + 2 + 12 * i, true);
      if (tag === 256 || tag === 257) view.setUint32(directory + 2 + 12 * i + 8, 20_000, true);
    }
    expect((await refusal(write('giant.tif', giantTiff))).code).toBe('too-large');
  });

  test('a small PNG whose data inflate to 256 MiB is not inflated', async () => {
    const bomb = pngOf(64, 64, deflateSync(new Uint8Array(2 ** 28)));
    const before = process.memoryUsage.rss();
    await readImage(write('bomb.png', bomb)).catch(() => undefined);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });

  test('a compressed bitmap', async () => {
    const compressed = bmp(8, 8, 8);
    compressed[30] = 1;
    expect((await refusal(write('rle.bmp', compressed))).code).toBe('format-unknown');
  });
});

/** An uncompressed bitmap, black; a negative height stores the top row first. */
function bmp(width: number, height: number, bits: 8 | 24 | 32): Uint8Array<ArrayBuffer> {
  const offset = 54 + (bits === 8 ? 1024 : 0);
  const bytes = new Uint8Array(offset + Math.ceil((width * bits) / 32) * 4 * Math.abs(height));
  const view = new DataView(bytes.buffer);
  bytes.set([0x42, 0x4d]);
  view.setUint32(10, offset, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, width, true);
  view.setInt32(22, height, true);
  view.setUint16(28, bits, true);
  return bytes;
}

function giantPng(side: number): Uint8Array {
  // Each row is a filter byte and its pixels.
  return pngOf(side, side, deflateSync(new Uint8Array((side + 1) * side), { level: 1 }));
}

/** A PNG of 8-bit grey around a ready stream of compressed rows. */
function pngOf(width: number, height: number, rows: Uint8Array): Uint8Array {
  const header = new Uint8Array(13);
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header[8] = 8;
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', new Uint8Array())]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(data.length + 12);
  bytes.writeUInt32BE(data.length);
  bytes.write(type, 4, 'latin1');
  bytes.set(data, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + data.length)), 8 + data.length);
  return bytes;
}

/** CRC-32 as PNG and zip have it; `zlib.crc32` is newer than the Node we support. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
