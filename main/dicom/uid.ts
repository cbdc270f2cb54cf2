/** UIDs of our own: new ones, and ones that are always the same for the same thing. */
import { randomUUID } from 'node:crypto';

/** Of a random UUID, under 2.25 (PS3.5 B.2). */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}

/** Of a digest of 16 bytes or more: as a UUID of version 8, so always below 2^128 (PS3.5 B.2). */
export function uidOfDigest(digest: Uint8Array): string {
  const bytes = Buffer.from(digest.subarray(0, 16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`;
}
