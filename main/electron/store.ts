/** A value kept in a JSON file of the user's profile: read once, written in order, with a listener for changes. */
import type { z } from 'zod';
import { AppError } from '../../shared/errors';
import { readJsonFile, writeJsonFile } from './json-file';

export class Store<T> {
  #value: T;
  #writing: Promise<void> = Promise.resolve();

  /** `schema` must accept `{}` and fill in defaults. */
  constructor(
    private readonly path: string,
    schema: z.ZodType<T>,
  ) {
    this.#value = readJsonFile(path, schema);
  }

  get value(): T {
    return this.#value;
  }

  /** Takes effect at once; the promise answers when it is on disk. Throws `write-failed`. */
  set(value: T): Promise<void> {
    this.#value = value;
    const write = this.#writing.then(() => writeJsonFile(this.path, value));
    this.#writing = write.catch(() => undefined);
    return write.catch((cause: unknown) => {
      throw new AppError('write-failed', this.path, 'the file could not be written', { cause });
    });
  }
}
