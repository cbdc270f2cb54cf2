/** A value kept in a JSON file of the user's profile: read once, written in order, with a listener for changes. */
import type { z } from 'zod';
import { AppError } from '../../shared/errors';
import { readJsonFile, writeJsonFile } from './json-file';

const unfinished = new Set<Promise<void>>();

/** Answers when every store's last value is on disk, for the moment before the program ends. */
export async function writesFinished(): Promise<void> {
  while (unfinished.size > 0) await Promise.all(unfinished);
}

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
    const settled = write.catch(() => undefined);
    this.#writing = settled;
    unfinished.add(settled);
    void settled.then(() => unfinished.delete(settled));
    return write.catch((cause: unknown) => {
      throw new AppError('write-failed', this.path, 'the file could not be written', { cause });
    });
  }
}
