/** One request and its answer, as a pair of schemas. */
import { z } from 'zod';

/** Of a file or folder. A relative one would mean whatever folder main happens to run in. */
export const absolutePath = z
  .string()
  .max(4_096)
  .regex(/^(?:\/|[A-Za-z]:[\\/]|\\\\)/, 'no absolute path');

export interface ChannelSchemas<Request extends z.ZodType = z.ZodType, Response extends z.ZodType = z.ZodType> {
  readonly request: Request;
  readonly response: Response;
}

export function channel<Request extends z.ZodType, Response extends z.ZodType>(
  request: Request,
  response: Response,
): ChannelSchemas<Request, Response> {
  return { request, response };
}
