/**
 * New UIDs and pseudonyms, made of the old ones with a secret key: the same in every file of a project, so that references
 * and patients stay together, and not to be guessed or looked up without the key.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { AppError } from '../../shared/errors';
import { uidOfDigest } from '../dicom';
import { writeAtomically } from '../files';
import type { Keep } from './blank';

const KEY_BYTES = 32;

export class Identities {
  /** @param keep of all pictures of a run: copies with other pixels are other instances */
  constructor(
    private readonly key: Uint8Array,
    private readonly keep: Keep = 'everything',
  ) {}

  /** Of a SOP instance, wherever it is named. What is blanked differently is another one, in the same series. */
  instance(old: string): string {
    return this.uid(this.keep === 'everything' ? old : `${old} ${JSON.stringify(this.keep)}`);
  }

  uid(old: string): string {
    return uidOfDigest(this.#digest('uid', old));
  }

  /** Name and ID of a patient. */
  patient(old: string): string {
    return `SM${this.#digest('patient', old).toString('hex').slice(0, 12).toUpperCase()}`;
  }

  #digest(kind: string, value: string): Buffer {
    return createHmac('sha256', this.key).update(`${kind}\0${value}`).digest();
  }
}

/** For files that belong together and to no others. */
export function randomKey(): Uint8Array {
  return randomBytes(KEY_BYTES);
}

/** The key in a file; a new one where there is none yet. @throws AppError `format-corrupt`, `file-unreadable`, `write-failed` */
export async function keyAt(path: string): Promise<Uint8Array> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new AppError('file-unreadable', path, `${path}: ${cause.message}`, { cause });
  });
  if (text === undefined) {
    const key = randomKey();
    await writeAtomically(path, (write) => write(`${Buffer.from(key).toString('hex')}\n`));
    return key;
  }
  if (!/^[0-9a-f]{64}\s*$/.test(text)) {
    throw new AppError('format-corrupt', path, `${path}: no key for de-identification (64 hexadecimal digits)`);
  }
  return Buffer.from(text.trim(), 'hex');
}
