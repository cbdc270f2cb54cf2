/** Checks of what arrives at the prompt worker (shared/prompt-worker.ts): the page is not trusted to send good requests. */
import { z } from 'zod';
import { prompt, sha256, sizePx } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { LOW_RES_LENGTH, type DecodeRequest, type ProposeRequest } from '../../shared/prompt-worker';

const bound = { frameSha256: sha256, modelId: z.string().min(1).max(200), requestId: z.int().min(0) };

const lowRes = z.custom<Float32Array>(
  (value) => value instanceof Float32Array && value.length === LOW_RES_LENGTH && value.every(Number.isFinite),
  'logits must be 128x128 finite float32',
);

const decodeRequest = z.strictObject({
  ...bound,
  prompt,
  previous: z.exactOptional(
    z.discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('logits'), lowRes }),
      z.strictObject({
        kind: z.literal('mask'),
        widthPx: sizePx,
        heightPx: sizePx,
        bits: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bits must be bytes'),
        lowRes: z.exactOptional(lowRes),
      }),
    ]),
  ),
  fresh: z.exactOptional(z.int().min(1).max(1_000)),
  preview: z.boolean(),
}) satisfies z.ZodType<DecodeRequest>;

const proposeRequest = z.strictObject({
  ...bound,
  head: z.string().min(1).max(64),
}) satisfies z.ZodType<ProposeRequest>;

/** @throws AppError `usage` */
export function checkedDecode(request: unknown): DecodeRequest {
  return checked(decodeRequest, request, 'decode');
}

/** @throws AppError `usage` */
export function checkedPropose(request: unknown): ProposeRequest {
  return checked(proposeRequest, request, 'propose');
}

function checked<T>(schema: z.ZodType<T>, request: unknown, subject: string): T {
  const parsed = schema.safeParse(request);
  if (parsed.success) return parsed.data;
  throw new AppError('usage', subject, `${subject}: ${z.prettifyError(parsed.error)}`);
}
