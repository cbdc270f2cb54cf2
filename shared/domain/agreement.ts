/**
 * How far two readers agree: what a report says. A frame counts where both have read it (corrected, accepted or rejected);
 * a reader's outline of a label is all that the reader stands for there (drawn, corrected, accepted), several masks taken
 * together. How it is computed: `main/agreement`.
 */
import { z } from 'zod';
import { rowId } from './ids';
import { reading } from './reading';

/** Two readers differ about a label on a frame where the Dice of their outlines is below this, or only one has outlined it. */
export const DIFFER_DICE = 0.8;

const value = z.number().nullable();
const pair = z.tuple([z.number(), z.number()]).readonly();

/** In one unit: pixels, or millimetres; areas in its square. */
export const maskDifference = z
  .strictObject({
    hd95: z.number(),
    assd: z.number(),
    /** Of the first and the second reader's outline. */
    areas: pair,
    /** Longest (Feret) diameters. */
    diameters: pair,
  })
  .readonly();
export type MaskDifference = z.infer<typeof maskDifference>;

const frame = {
  frameId: rowId,
  /** Empty where nobody knows. */
  patient: z.string(),
  relativePath: z.string(),
  frameIndex: z.int().min(0),
  frameCount: z.int().min(1),
};

/** A label on a frame that both have read, and at least one has outlined. */
export const agreementRow = z
  .strictObject({
    ...frame,
    labelId: rowId,
    /** Who has outlined it. */
    outlined: z.enum(['both', 'first', 'second']),
    /** 0 where one has no outline. */
    dice: z.number(),
    /** Null where one has no outline. */
    px: maskDifference.nullable(),
    /** Null as well where the frame is not calibrated for both outlines. */
    mm: maskDifference.nullable(),
  })
  .readonly();
export type AgreementRow = z.infer<typeof agreementRow>;

const spread = z
  .strictObject({ n: z.int(), mean: value, sd: value, median: value, low: value, high: value })
  .readonly();
const blandAltman = z.strictObject({ n: z.int(), bias: value, limits: pair.nullable() }).readonly();

/** Of the frames that both have outlined; those that one has are counted beside them, never among them. */
const part = {
  both: z.int().min(0),
  onlyFirst: z.int().min(0),
  onlySecond: z.int().min(0),
  dice: spread,
  hd95: spread,
  assd: spread,
};
export const partAgreement = z.strictObject(part).readonly();
export type PartAgreement = z.infer<typeof partAgreement>;

export const labelAgreement = z
  .strictObject({
    ...part,
    labelId: rowId,
    name: z.string(),
    /** Frames that both have read and neither has outlined. */
    neither: z.int().min(0),
    /** Of distances, diameters and, squared, areas: millimetres where all that both have outlined is calibrated. */
    unit: z.enum(['mm', 'px']),
    area: blandAltman,
    diameter: blandAltman,
    /** In the order of the study list. */
    patients: z.array(z.strictObject({ ...part, patient: z.string() }).readonly()).readonly(),
  })
  .readonly();
export type LabelAgreement = z.infer<typeof labelAgreement>;

export const agreementReport = z
  .strictObject({
    readers: z.tuple([reading, reading]).readonly(),
    /** Frames that both have read. */
    frames: z.int().min(0),
    /** Frames that one has read and the other has not: they count for nothing. */
    readByOne: z.array(z.strictObject({ ...frame, reader: z.enum(['first', 'second']) }).readonly()).readonly(),
    /** Labels that somebody has outlined. */
    labels: z.array(labelAgreement).readonly(),
    /** In the order of the study list. */
    rows: z.array(agreementRow).readonly(),
  })
  .readonly();
export type AgreementReport = z.infer<typeof agreementReport>;
