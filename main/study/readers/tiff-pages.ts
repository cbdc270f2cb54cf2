/** How many pages a TIFF has, by following its directories and reading nothing else. Classic and BigTIFF. */
import { AppError } from '../../../shared/errors';
import type { ByteSource } from './byte-source';

const MAX_PAGES = 100_000;

/** @throws AppError `format-corrupt` for directories that lead in a circle or out of the file, `too-large` */
export async function countTiffPages(file: ByteSource): Promise<number> {
  const head = await view(file, 0, 16);
  const little = head.getUint16(0) === 0x4949;
  const big = head.getUint16(2, little) === 43;
  const number = (from: DataView, at: number): number =>
    big ? Number(from.getBigUint64(at, little)) : from.getUint32(at, little);
  const seen = new Set<number>();
  let at = number(head, big ? 8 : 4);
  while (at !== 0) {
    if (seen.has(at)) throw corrupt(file, 'its pages lead in a circle');
    if (seen.size >= MAX_PAGES) {
      throw new AppError('too-large', file.path, `${file.path}: more than ${MAX_PAGES} pages`);
    }
    seen.add(at);
    const counted = await view(file, at, big ? 8 : 2);
    const entries = big ? Number(counted.getBigUint64(0, little)) : counted.getUint16(0, little);
    const link = at + (big ? 8 + 20 * entries : 2 + 12 * entries);
    at = number(await view(file, link, big ? 8 : 4), 0);
  }
  if (seen.size === 0) throw corrupt(file, 'it has no page');
  return seen.size;
}

async function view(file: ByteSource, at: number, length: number): Promise<DataView> {
  const bytes = await file.read(at, length);
  return new DataView(bytes.buffer, bytes.byteOffset, length);
}

function corrupt({ path }: ByteSource, reason: string): AppError {
  return new AppError('format-corrupt', path, `${path}: ${reason}`);
}
