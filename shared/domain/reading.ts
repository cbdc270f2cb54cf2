/**
 * Readings: a project may be read by several people, each on their own. Masks, measurements, comments and review states
 * belong to one reading; images, labels and what the model has learned belong to the project.
 */
import { z } from 'zod';
import { rowId, shortText } from './ids';

/** The first reader's, which every project has: what is exported and learned from. */
export const MAIN_READING = 1;

/** The reader's name, as its masks carry it; the command line takes it between commas. */
export const readerName = shortText.refine((name) => !name.includes(','), 'a reader’s name has no comma');

export const reading = z
  .strictObject({
    id: rowId,
    /** `main` for the main reading, whose masks carry the names of those who made them. */
    name: shortText,
    /** Nothing of the other readings is shown in it, for ever. */
    blind: z.boolean(),
  })
  .readonly();
export type Reading = z.infer<typeof reading>;
export type ReadingId = Reading['id'];

export const newReading = z.strictObject({ name: readerName, blind: z.boolean() }).readonly();
export type NewReading = z.infer<typeof newReading>;
