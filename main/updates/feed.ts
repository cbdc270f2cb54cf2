/**
 * What a place says is its newest version: `latest*.yml` in the form that electron-updater has, with a signature beside it.
 * Nothing of it is looked at before the signature was found right. It fetches no package.
 */
import { verify } from 'node:crypto';
import { CORE_SCHEMA, load } from 'js-yaml';
import { valid } from 'semver';
import { z } from 'zod';
import { AppError, isAppError } from '../../shared/errors';
import type { Place } from './place';

/** By `process.platform`. */
export const FEED_NAMES: Readonly<Record<string, string>> = {
  win32: 'latest.yml',
  darwin: 'latest-mac.yml',
  linux: 'latest-linux.yml',
};

/** Of a package: never a path, nor another host. */
export const PACKAGE_NAME = /^SonoMask-[A-Za-z0-9][A-Za-z0-9._+-]{0,150}\.(exe|zip|dmg|deb|AppImage|tar\.gz)$/;

const packageSchema = z.object({
  url: z.string().regex(PACKAGE_NAME),
  /** SHA-512, base64. */
  sha512: z.string().regex(/^[A-Za-z0-9+/]{86}==$/),
  size: z.int().min(1).max(4e9),
});
export type FeedPackage = z.infer<typeof packageSchema>;

const feedSchema = z.object({
  version: z.string().refine((version) => valid(version) === version),
  files: z.array(packageSchema).min(1).max(20),
  releaseNotes: z.string().max(20_000).default(''),
});
export type Feed = z.infer<typeof feedSchema>;

const MAX_FEED_BYTES = 256 * 1024;
/** 64 bytes in base64, and an end of line. */
const MAX_SIGNATURE_BYTES = 128;
/** For both small files together: one that drips is no answer. */
const DEADLINE_MS = 60_000;

/**
 * @param name one of `FEED_NAMES`
 * @param publicKey Ed25519, PEM
 * @throws AppError `update-unreachable`, `update-unsigned`, `update-forged`, `update-malformed`, `cancelled`
 */
export async function readFeed(place: Place, name: string, publicKey: string, signal: AbortSignal): Promise<Feed> {
  const deadline = new AbortController();
  const stop = (): void => deadline.abort();
  const timer = setTimeout(stop, DEADLINE_MS);
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const bytes = await readSmall(place, name, MAX_FEED_BYTES, deadline.signal);
    const signature = await readSmall(place, `${name}.sig`, MAX_SIGNATURE_BYTES, deadline.signal);
    if (!bytes) throw new AppError('update-unreachable', name, `there is no ${name}`);
    if (!signature) throw new AppError('update-unsigned', name, `there is no ${name}.sig`);
    checkSignature(name, bytes, signature, publicKey);
    return parseFeed(name, bytes);
  } catch (error) {
    if (!isAppError(error) || error.code !== 'cancelled' || signal.aborted) throw error;
    throw new AppError('update-unreachable', name, `${name}: no answer in time`, { cause: error });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** @param signature of exactly these bytes, base64 */
function checkSignature(name: string, bytes: Buffer, signature: Buffer, publicKey: string): void {
  const raw = Buffer.from(signature.toString('latin1').trim(), 'base64');
  if (raw.length === 64 && verify(null, bytes, publicKey, raw)) return;
  throw new AppError('update-forged', name, `${name}.sig is no signature of ${name} by the program's key`);
}

function parseFeed(name: string, bytes: Buffer): Feed {
  try {
    return feedSchema.parse(load(bytes.toString('utf8'), { schema: CORE_SCHEMA }));
  } catch (cause) {
    throw new AppError('update-malformed', name, `${name}: ${String(cause)}`, { cause });
  }
}

/** Undefined where there is no such file. */
async function readSmall(place: Place, name: string, maxBytes: number, signal: AbortSignal) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of place.chunks(name, signal)) {
      size += chunk.length;
      if (size > maxBytes) throw new AppError('update-malformed', name, `${name} has more than ${maxBytes} bytes`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (isAppError(error) && error.code === 'file-not-found') return undefined;
    throw error;
  }
  return Buffer.concat(chunks);
}
