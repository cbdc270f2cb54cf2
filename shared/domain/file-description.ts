/** What an image file says of itself. Shown when somebody asks, never stored. */
import { z } from 'zod';

/** One attribute of a DICOM header. */
export const attributeLine = z
  .strictObject({
    /** Of sequences around it. */
    depth: z.int().min(0),
    /** As the standard writes it: `(0010,0020)`. */
    tag: z.string(),
    /** The standard's English name; null for what it does not know. */
    name: z.string().nullable(),
    isPrivate: z.boolean(),
    vr: z.string(),
    /** Shortened where it is long; null for bytes and for sequences. */
    value: z.string().nullable(),
    bytes: z.int().min(0),
    /** Of a sequence. */
    items: z.int().min(0).nullable(),
  })
  .readonly();
export type AttributeLine = z.infer<typeof attributeLine>;

export const fileDescription = z
  .strictObject({
    /** As the program calls it: `png`, `dicom`, ... */
    format: z.string(),
    sizeBytes: z.int().min(0),
    frameCount: z.int().min(1),
    /** As stored; null where even a frame does not tell. */
    channels: z.int().min(1).nullable(),
    bitsPerSample: z.int().min(1).nullable(),
    /** UID; of DICOM. */
    transferSyntax: z.string().nullable(),
    /** Null for other formats than DICOM. */
    attributes: z.array(attributeLine).readonly().nullable(),
    /** Attributes left out because they may say who the patient is. */
    hidden: z.int().min(0),
  })
  .readonly();
export type FileDescription = z.infer<typeof fileDescription>;
