/**
 * The small values every other domain schema is made of: row ids, pixel sizes, hashes, times. No nouns of their own.
 */
import { z } from 'zod';

/** A row's id in the project database: 1, 2, 3, ... Never reused. */
export const rowId = z.int().positive();

/** A size in pixels. 65,535 is what DICOM and JPEG can say; larger sources are refused before they get here. */
export const sizePx = z.int().min(1).max(65_535);

/** SHA-256 as 64 lower-case hexadecimal digits. */
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** A moment as `Date.toISOString()` writes it, UTC: sorts as text. */
export const isoTime = z.iso.datetime({ precision: 3 });

/** A name somebody typed or a file gave: not blank, one line, bounded. */
export const shortText = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\p{Cc}]*$/u);
