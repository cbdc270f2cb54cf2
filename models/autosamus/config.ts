/**
 * The shape of a model as data: every width that the code does not derive. `REFERENCE_VIT_B` is the published AutoSAMUS;
 * the bundled model and the test fixtures are other values of the same type. zod checks what comes from a file.
 */
import { z } from 'zod';

/** Side of the square network input, px. */
export const INPUT_SIZE_PX = 256;
/** Side of the token grid that the encoder yields. */
export const GRID_SIZE = 32;
/** Side of the low-resolution logits. */
export const LOW_RES_SIZE = 128;

const width = z.int().min(1).max(16384);

const vitSchema = z.strictObject({
  kind: z.literal('vit'),
  embedDim: width,
  depth: z.int().min(1).max(64),
  heads: z.int().min(1).max(64),
  /** Blocks that attend over the whole grid and to the CNN branch. */
  globalBlocks: z.array(z.int().min(0)),
  /** Side of the attention window of the other blocks, tokens. */
  window: z.int().min(1).max(GRID_SIZE),
  /** Hidden width of a block's MLP. */
  mlpDim: width,
  /** Hidden width of input and MLP adapters. */
  adapterDim: width,
  /** Channels of the CNN branch at full resolution; doubled twice on the way down. */
  cnnBase: width,
  /** Side of SAM's stored positional embedding, tokens; twice the grid. */
  posEmbedSize: z.literal(2 * GRID_SIZE),
});

const tinyVitSchema = z.strictObject({
  kind: z.literal('tinyvit'),
  /** One entry a stage, in all four. The first stage is convolutional, so its heads and window are unused. */
  embedDims: z.array(width).length(4),
  depths: z.array(z.int().min(1).max(32)).length(4),
  heads: z.array(z.int().min(1).max(64)).length(4),
  windows: z.array(z.int().min(1).max(64)).length(4),
  /** Side and stride of the first convolution, px: 1 is LiteMedSAM's own, 2 halves the resolution of every stage. */
  patchSize: z.literal([1, 2]),
  /** Strides of the three stage transitions. */
  strides: z.array(z.literal([1, 2])).length(3),
  /** Blocks of the last stage that attend to the CNN branch. */
  globalBlocks: z.array(z.int().min(0)),
  adapterDim: width,
  inputAdapterDim: width,
  cnnBase: width,
});

export const modelConfigSchema = z.strictObject({
  encoder: z.discriminatedUnion('kind', [vitSchema, tinyVitSchema]),
  /** Width of embedding, prompts and decoder. */
  promptDim: width,
  prompt: z.strictObject({ maskChannels: width }),
  decoder: z.strictObject({ depth: z.int().min(1).max(16), heads: z.int().min(1), mlpDim: width, iouHidden: width }),
});

/** Shape of a head: one label's auto prompt generator and feature adapter. */
export const headConfigSchema = z.strictObject({
  tokens: z.int().min(1).max(1024),
  depth: z.int().min(1).max(16),
  heads: z.int().min(1).max(64),
  /** Width of one attention head. */
  headDim: width,
  mlpDim: width,
  /** Inner channels of the feature adapter. */
  adapterDim: width,
});

export type VitConfig = z.infer<typeof vitSchema>;
export type TinyVitConfig = z.infer<typeof tinyVitSchema>;
export type EncoderConfig = VitConfig | TinyVitConfig;
export type ModelConfig = z.infer<typeof modelConfigSchema>;
export type HeadConfig = z.infer<typeof headConfigSchema>;

/** SAMUS on ViT-B, as published. */
export const REFERENCE_VIT_B: ModelConfig = {
  encoder: {
    kind: 'vit',
    embedDim: 768,
    depth: 12,
    heads: 12,
    globalBlocks: [2, 5, 8, 11],
    window: 14,
    mlpDim: 3072,
    adapterDim: 192,
    cnnBase: 64,
    posEmbedSize: 64,
  },
  promptDim: 256,
  prompt: { maskChannels: 16 },
  decoder: { depth: 2, heads: 8, mlpDim: 2048, iouHidden: 256 },
};

/** AutoSAMUS's head, as published. */
export const REFERENCE_HEAD: HeadConfig = { tokens: 50, depth: 2, heads: 8, headDim: 64, mlpDim: 1024, adapterDim: 64 };

/** The model this application ships: LiteMedSAM's TinyViT at half resolution, adapted with the SAMUS parts. */
export const BUNDLED: ModelConfig = {
  encoder: {
    kind: 'tinyvit',
    embedDims: [64, 128, 160, 320],
    depths: [2, 2, 6, 2],
    heads: [2, 4, 5, 10],
    windows: [7, 7, 14, 7],
    patchSize: 2,
    strides: [2, 2, 1],
    globalBlocks: [0, 1],
    adapterDim: 80,
    inputAdapterDim: 16,
    cnnBase: 16,
  },
  promptDim: 256,
  prompt: { maskChannels: 16 },
  decoder: { depth: 2, heads: 8, mlpDim: 2048, iouHidden: 256 },
};

/** Heads of the bundled model: the reference's, narrower inside. */
export const BUNDLED_HEAD: HeadConfig = { tokens: 50, depth: 2, heads: 8, headDim: 16, mlpDim: 256, adapterDim: 64 };
