/**
 * Input from outside the room, checked: a zod schema's refusal as an `AppError`.
 */
import { z } from 'zod';
import { AppError } from '../../shared/errors';

/** @throws AppError `usage` about `subject`, saying which field is wrong and how. */
export function parseInput<T extends z.ZodType>(schema: T, input: unknown, subject: string): z.output<T> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw new AppError('usage', subject, `${subject}: ${z.prettifyError(result.error)}`, { cause: result.error });
}

/** Splits a list into pieces of at most `size`. */
export function chunks<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
