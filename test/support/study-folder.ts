/** Small study folders on disk for tests: images of a few shapes on noise, with their masks. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { afterAll } from 'vitest';
import type { Mask } from '../../shared/mask';

/** A folder for this test file, removed after it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sonomask-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A disc, brighter than what is around it. */
export function disc(widthPx: number, heightPx: number, x: number, y: number, radius: number): Mask {
  const data = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < data.length; i++) {
    const [dx, dy] = [(i % widthPx) + 0.5 - x, Math.floor(i / widthPx) + 0.5 - y];
    if (dx * dx + dy * dy < radius * radius) data[i] = 1;
  }
  return { widthPx, heightPx, data };
}

/** Grey noise, brighter inside the mask; the same for the same mask. */
export function imageOf({ widthPx, heightPx, data }: Mask): Uint8Array {
  const grey = data.map((value, i) => ((i * 7919) % 97) + (value === 1 ? 120 : 20));
  return encode({ width: widthPx, height: heightPx, data: grey, channels: 1 });
}

export function maskPng({ widthPx, heightPx, data }: Mask): Uint8Array {
  return encode({ width: widthPx, height: heightPx, data: data.map((value) => value * 255), channels: 1 });
}

export function writeAt(path: string, content: Uint8Array | string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
