/** New UIDs. */
import { randomUUID } from 'node:crypto';

/** Of a random UUID, under 2.25 (PS3.5 B.2). */
export function newUid(): string {
  return `2.25.${BigInt(`0x${randomUUID().replaceAll('-', '')}`)}`;
}
