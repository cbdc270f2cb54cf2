/**
 * Adjudication: what is to hold in the main reading where two readers differ on a label of a frame. Decisions are kept one
 * after the other; the newest of two readers, frame and label counts. How masks follow from it: `main/project`.
 */
import { z } from 'zod';
import { rowId } from './ids';

/** The outlines of the first or second reader, all that either has, or what both have. */
export const adjudicationChoice = z.enum(['first', 'second', 'union', 'intersection']);
export type AdjudicationChoice = z.infer<typeof adjudicationChoice>;

/** Of which two readers, in the order that `choice` means. */
export const readerPair = z.tuple([rowId, rowId]).readonly();
export type ReaderPair = z.infer<typeof readerPair>;

export const adjudicationPlace = z.strictObject({ readers: readerPair, frameId: rowId, labelId: rowId }).readonly();
export type AdjudicationPlace = z.infer<typeof adjudicationPlace>;

/** A decision that holds. */
export const adjudication = z.strictObject({ frameId: rowId, labelId: rowId, choice: adjudicationChoice }).readonly();
export type Adjudication = z.infer<typeof adjudication>;
