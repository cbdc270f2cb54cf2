/** `model.json`: what a model folder says of itself. Checked with zod on reading; nothing else of the file is trusted. */
import { z } from 'zod';
import { headConfigSchema, INPUT_SIZE_PX, modelConfigSchema } from '../autosamus/config';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** Labels become folder names: letters of any script, digits, space, dash, underscore. */
export const labelSchema = z.string().regex(/^[\p{L}\p{N}][\p{L}\p{N} _-]{0,63}$/u);
const versionSchema = z.string().regex(/^[0-9a-zA-Z][0-9a-zA-Z._-]{0,63}$/);

const headSchema = z.strictObject({
  label: labelSchema,
  /** Name of the file in `heads/<label>/`, without extension. */
  version: versionSchema,
  config: headConfigSchema,
  sha256,
});

export const manifestSchema = z.strictObject({
  format: z.literal(1),
  name: z.string().min(1).max(200),
  /** SHA-256 over encoder, decoder and head hashes: what a result was computed with. */
  id: sha256,
  /** SHA-256 of the encoder's file: what a cached embedding belongs to. */
  encoderId: sha256,
  decoderId: sha256,
  config: modelConfigSchema,
  /** How an image becomes network input; this version of the app knows one way. */
  preprocessing: z.strictObject({
    channels: z.literal('grey'),
    resize: z.literal('pil-bilinear'),
    sizePx: z.literal(INPUT_SIZE_PX),
    scale: z.literal('1/255'),
  }),
  provenance: z.string().max(10_000),
  licence: z.string().max(10_000),
  heads: z.array(headSchema).max(1000),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type HeadEntry = z.infer<typeof headSchema>;

export const PREPROCESSING: Manifest['preprocessing'] = {
  channels: 'grey',
  resize: 'pil-bilinear',
  sizePx: INPUT_SIZE_PX,
  scale: '1/255',
};
