/** How bright each colour of a PALETTE COLOR image is (PS3.3 C.7.6.3.1.5). */
import { AppError } from '../../shared/errors';
import type { Part10 } from '../dicom';
import { shortValue } from './pixel-layout';

export interface Palette {
  /** The pixel value that the first entry is for. */
  readonly first: number;
  /** Red, green and blue added up. */
  readonly brightness: readonly number[];
}

/** @throws AppError `format-unknown` for a palette that is missing, cut off or segmented */
export function readPalette(source: Part10): Palette {
  const [length = 0, first = 0, bits = 16] = [0, 1, 2].map((i) => shortValue(source, 0x00281101, i));
  const entries = length || 65_536;
  const tables = [0x00281201, 0x00281202, 0x00281203].map((tag) => source.elements.find((e) => e.tag === tag));
  const brightness = Array.from({ length: entries }, (_, entry) =>
    tables.reduce((total, table) => {
      if (!table) return NaN;
      const isWide = bits > 8 || (table.valueEnd - table.valueStart) / entries >= 2;
      const narrow = table.valueStart + entry < table.valueEnd ? source.bytes[table.valueStart + entry] : undefined;
      return total + ((isWide ? shortValue(source, table.tag, entry) : narrow) ?? NaN);
    }, 0),
  );
  if (brightness.some(Number.isNaN)) {
    const reason = 'its colour palette is missing, cut off or segmented';
    throw new AppError('format-unknown', source.path, `${source.path}: its burnt-in text cannot be blanked: ${reason}`);
  }
  return { first, brightness };
}

/** The pixel value of the darkest colour. */
export function darkestEntry({ first, brightness }: Palette): number {
  return first + brightness.indexOf(brightness.reduce((least, value) => Math.min(least, value)));
}
