/** A small JSON file that a crash or power cut leaves whole: the old content or the new, never half of either. */
import { mkdirSync, readFileSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';

/** The file's content; the schema's defaults where it is missing or not what the schema expects. */
export function readJsonFile<T>(path: string, schema: z.ZodType<T>): T {
  let content: unknown = {};
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Missing on first start; unreadable is no reason not to start, and the defaults are always usable.
  }
  const parsed = schema.safeParse(content);
  return parsed.success ? parsed.data : schema.parse({});
}

/** Answers when the content is on disk. Calls for one path must not overlap. */
export async function writeJsonFile(path: string, content: unknown): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.new`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(JSON.stringify(content, null, 2));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
