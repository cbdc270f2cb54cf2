/** A folder as they come in practice: one good image among files that cannot be shown, each for a reason of its own. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { constants, crc32, createDeflate } from 'node:zlib';
import { disc, imageOf } from '../study-folder';

/** File names of `writeBadStudy`, with the reason that the study list is to give. */
export const BAD_FILES: Readonly<Record<string, string>> = {
  'empty.png': 'Empty file',
  'text.png': 'Not an image',
  'huge.png': 'Too large',
  'cut.png': 'Damaged file',
  'dangling.png': 'File not found',
  'unreadable.png': 'Cannot be read',
};

export async function writeBadStudy(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const good = imageOf(disc(320, 240, 160, 120, 50));
  writeFileSync(join(folder, 'good.png'), good);
  writeFileSync(join(folder, 'vanishing.png'), imageOf(disc(320, 240, 100, 120, 40)));
  writeFileSync(join(folder, 'empty.png'), '');
  writeFileSync(join(folder, 'text.png'), 'Patient 12 was not examined.\n');
  writeFileSync(join(folder, 'cut.png'), good.subarray(0, Math.floor(good.length / 2)));
  writeFileSync(join(folder, 'huge.png'), await blackPng(20_000, 20_000));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'dangling.png'));
  // For root every file is readable, whatever its rights: a link to itself is not, for anybody.
  symlinkSync(join(folder, 'unreadable.png'), join(folder, 'unreadable.png'));
}

/** A valid 8-bit grey PNG of zeros, compressed row by row: small on disk, large in memory. */
async function blackPng(widthPx: number, heightPx: number): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  header[8] = 8;
  const deflate = createDeflate({ level: constants.Z_BEST_SPEED });
  const packed: Buffer[] = [];
  const done = new Promise((end, fail) =>
    deflate
      .on('data', (part: Buffer) => packed.push(part))
      .on('end', end)
      .on('error', fail),
  );
  const rows = Buffer.alloc((widthPx + 1) * 100);
  for (let y = 0; y < heightPx; y += 100) {
    if (!deflate.write(rows)) await new Promise((drained) => deflate.once('drain', drained));
  }
  deflate.end();
  await done;
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', Buffer.concat(packed)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}
