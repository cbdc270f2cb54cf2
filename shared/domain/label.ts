/**
 * Labels: what is being outlined ("breast lesion", "fetal head"). Not the heads that propose them.
 */
import { z } from 'zod';
import { rowId, shortText } from './ids';

/**
 * Colours a new label gets, in order. Okabe and Ito's palette (2008), made to be told apart with any colour vision,
 * without its black and reordered so that the first ones stand out on dark grey ultrasound.
 */
export const LABEL_PALETTE = ['#E69F00', '#56B4E9', '#009E73', '#F0E442', '#CC79A7', '#D55E00', '#0072B2'] as const;

const fields = {
  name: shortText,
  /** `#RRGGBB`. */
  colour: z.string().regex(/^#[0-9A-Fa-f]{6}$/),
  /** The key that picks the label: one digit or letter; null for none. */
  shortcut: z
    .string()
    .regex(/^[0-9a-z]$/)
    .nullable(),
  /** How many masks of this label one frame may hold. */
  instances: z.enum(['single', 'multiple']),
};

export const label = z.strictObject({ id: rowId, ...fields }).readonly();
export type Label = z.infer<typeof label>;
export type LabelId = Label['id'];

/** A label to be made; without a colour it gets the first of the palette that is free. */
export const newLabel = z
  .strictObject({
    ...fields,
    colour: z.exactOptional(fields.colour),
    shortcut: fields.shortcut.default(null),
    instances: fields.instances.default('single'),
  })
  .readonly();
export type NewLabel = z.input<typeof newLabel>;

/** What of a label is to change. */
export const labelChange = z.strictObject(fields).partial().readonly();
export type LabelChange = z.input<typeof labelChange>;

/** The colour for the next label: the palette's first that none of `taken` uses, else round again. */
export function nextColour(taken: readonly string[]): string {
  const used = new Set(taken.map((colour) => colour.toUpperCase()));
  const free = LABEL_PALETTE.find((colour) => !used.has(colour));
  return free ?? LABEL_PALETTE[taken.length % LABEL_PALETTE.length] ?? LABEL_PALETTE[0];
}
