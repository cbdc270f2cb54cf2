/**
 * Renders icon.svg into every form the packages need: `npx tsx main/electron/packaging/make-icons.ts`. The results are committed;
 * run it again only when the drawing changes.
 */
import sharp from 'sharp';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = import.meta.dirname;
const svg = await readFile(join(folder, 'icon.svg'));

/** A square PNG of so many pixels. */
const png = (size: number): Promise<Buffer> =>
  sharp(svg, { density: 300 }).resize(size, size).png({ compressionLevel: 9 }).toBuffer();

/** Windows: a directory of 16-byte entries, then the PNGs. A size of 256 is written as 0. */
async function ico(sizes: readonly number[]): Promise<Buffer> {
  const images = await Promise.all(sizes.map(png));
  const header = Buffer.alloc(6 + 16 * sizes.length);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(sizes.length, 4);
  let offset = header.length;
  images.forEach((image, index) => {
    const entry = 6 + 16 * index;
    const size = sizes[index] ?? 0;
    header.writeUInt8(size % 256, entry);
    header.writeUInt8(size % 256, entry + 1);
    header.writeUInt16LE(1, entry + 4);
    header.writeUInt16LE(32, entry + 6);
    header.writeUInt32LE(image.length, entry + 8);
    header.writeUInt32LE(offset, entry + 12);
    offset += image.length;
  });
  return Buffer.concat([header, ...images]);
}

/** macOS: chunks of a four-letter type, a length that counts itself, and a PNG. */
async function icns(chunks: readonly (readonly [type: string, size: number])[]): Promise<Buffer> {
  const parts = await Promise.all(
    chunks.map(async ([type, size]) => {
      const image = await png(size);
      const header = Buffer.alloc(8);
      header.write(type, 'latin1');
      header.writeUInt32BE(image.length + 8, 4);
      return Buffer.concat([header, image]);
    }),
  );
  const body = Buffer.concat(parts);
  const header = Buffer.alloc(8);
  header.write('icns', 'latin1');
  header.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([header, body]);
}

await mkdir(join(folder, 'icons'), { recursive: true });
for (const size of [16, 32, 48, 64, 128, 256, 512]) {
  await writeFile(join(folder, 'icons', `${size}x${size}.png`), await png(size));
}
await writeFile(join(folder, 'icon.ico'), await ico([16, 24, 32, 48, 64, 256]));
await writeFile(
  join(folder, 'icon.icns'),
  await icns([
    ['ic11', 32],
    ['ic12', 64],
    ['ic07', 128],
    ['ic13', 256],
    ['ic08', 256],
    ['ic14', 512],
    ['ic09', 512],
    ['ic10', 1024],
  ]),
);
