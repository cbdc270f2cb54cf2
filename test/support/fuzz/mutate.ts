/** Damages bytes at random, by a seeded random number: what happens to files, and what an attacker does to them. */
import { crc32, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** In [0, 1). */
export type Random = () => number;

/** Numbers at which programs break. */
const ODD = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];
const ODD_TEXT = ['', '\0', '-1', '1e400', 'NaN', '../../etc/passwd', 'a'.repeat(5_000), '\u202e', '999999999999'];

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** One to eight damages; of what is packed half the time what is inside. */
export function damaged(original: Buffer, random: Random): Buffer {
  const isGzip = original[0] === 0x1f && original[1] === 0x8b;
  if (isGzip && random() < 0.5) return gzipSync(damaged(gunzipSync(original), random), { level: 1 });
  let bytes: Buffer = Buffer.from(original);
  const count = 1 + Math.floor(random() ** 4 * 8);
  for (let i = 0; i < count; i++) bytes = damage(bytes, random);
  if (original[0] === 0x89 && random() < 0.7) repairChecksums(bytes);
  return bytes;
}

/** Of a PNG, as far as its chunks can be followed: else nothing but the first check is tried. */
function repairChecksums(png: Buffer): void {
  for (let at = 8; at + 12 <= png.length;) {
    const end = at + 8 + png.readUInt32BE(at);
    if (end + 4 > png.length) return;
    png.writeUInt32BE(crc32(png.subarray(at + 4, end)), end);
    at = end + 4;
  }
}

function damage(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return bytes;
  // Headers are where structure is: half of the damages are there.
  const reach = random() < 0.5 ? Math.min(bytes.length, 512) : bytes.length;
  const at = Math.floor(random() * reach);
  const length = Math.min(bytes.length - at, 1 + Math.floor(random() ** 3 * 64));
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (Math.floor(random() * 8)) {
    case 0:
      bytes[at] = Math.floor(random() * 256);
      return bytes;
    case 1:
      bytes[at] = (bytes[at] as number) ^ (1 << Math.floor(random() * 8));
      return bytes;
    case 2:
    case 3:
      return oddNumber(bytes, at, random);
    case 4:
      return Buffer.concat([before, bytes.subarray(at + length)]);
    case 5:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 6:
      return random() < 0.5
        ? Buffer.from(before)
        : Buffer.concat([before, Buffer.alloc(length, Math.floor(random() * 256)), after]);
    default:
      return Buffer.concat([
        before,
        bytes.subarray(Math.floor(random() * bytes.length)).subarray(0, length),
        bytes.subarray(at + length),
      ]);
  }
}

function oddNumber(bytes: Buffer, at: number, random: Random): Buffer {
  const size = pick(random, [1, 2, 4]);
  if (at + size > bytes.length) return bytes;
  const value = pick(random, ODD) % 2 ** (8 * size);
  if (random() < 0.5) bytes.writeUIntLE(value, at, size);
  else bytes.writeUIntBE(value, at, size);
  return bytes;
}

/** Replaces, removes or repeats a value anywhere in a JSON document, so that what is wrong is not its syntax. */
export function damagedJson(text: string, random: Random): Buffer {
  const root = { document: JSON.parse(text) as unknown };
  const places: [holder: Record<string, unknown>, key: string][] = [];
  const collect = (holder: Record<string, unknown>): void => {
    for (const [key, value] of Object.entries(holder)) {
      places.push([holder, key]);
      if (typeof value === 'object' && value !== null) collect(value as Record<string, unknown>);
    }
  };
  collect(root);
  for (let i = 0; i < 1 + random() * 3; i++) {
    const [holder, key] = pick(random, places);
    const value = holder[key];
    const odd: readonly unknown[] = [
      ...[null, -1, 0.5, pick(random, ODD), -pick(random, ODD), 1e308, pick(random, ODD_TEXT), [], {}, [[[]]], true],
      Array.from({ length: 2_000 }, () => value),
    ];
    if (random() < 0.15) delete holder[key];
    else holder[key] = pick(random, odd);
  }
  return Buffer.from(JSON.stringify(root.document) ?? '');
}

/** Packed behind a header, as deflated DICOM has it: what is inside is damaged and packed again. */
export function damagedDeflate(header: Buffer, packed: Buffer, random: Random): Buffer {
  return Buffer.concat([header, deflateRawSync(damaged(inflateRawSync(packed), random))]);
}

/** Packed by zlib behind a text header, as MetaImage has it: what is inside is damaged and packed again. */
export function damagedZlib(header: string, packed: Buffer, random: Random): Buffer {
  return Buffer.concat([Buffer.from(header), deflateSync(damaged(inflateSync(packed), random))]);
}
