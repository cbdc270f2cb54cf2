/**
 * What `annotate` has done, a JSON line a frame, so that a run that was cut off can go on. A line is written after the
 * image's files are complete on the disk; half a line, as a power cut leaves it, counts as none.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeAtomically, writeError } from '../../files';

export const JOURNAL_FILE = 'sonomask-journal.jsonl';

const entrySchema = z.strictObject({
  source: z.string(),
  /** 0-based; absent for an image of one frame. */
  frame: z.exactOptional(z.int().min(0)),
  /** Of the source file, to notice that it was changed since. */
  sizeBytes: z.number(),
  mtimeMs: z.number(),
  /** Id of the model. */
  model: z.string(),
  widthPx: z.int().min(1),
  heightPx: z.int().min(1),
  masks: z.array(
    z.strictObject({
      label: z.string(),
      iou: z.number(),
      /** COCO's compressed run lengths. */
      counts: z.string(),
      areaPx: z.int().min(0),
      /** Absent for an empty mask. */
      bbox: z.exactOptional(z.tuple([z.number(), z.number(), z.number(), z.number()])),
      /** Below the output folder, with its size; absent where no PNG was asked for. */
      file: z.exactOptional(z.strictObject({ name: z.string(), bytes: z.int() })),
    }),
  ),
});
export type JournalEntry = z.infer<typeof entrySchema>;

/** What tells frames apart. */
export function journalKey(source: string, frame = 0): string {
  return `${frame} ${source}`;
}

/** The last entry of each frame by its key; nothing where there is no journal. */
export async function readJournal(out: string): Promise<Map<string, JournalEntry>> {
  const text = await readFile(join(out, JOURNAL_FILE), 'utf8').catch(() => '');
  const entries = new Map<string, JournalEntry>();
  for (const line of text.split('\n')) {
    const entry = parse(line);
    if (entry) entries.set(journalKey(entry.source, entry.frame), entry);
  }
  return entries;
}

function parse(line: string): JournalEntry | undefined {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Starts the journal with `entries`, dropping what else it held. @throws AppError `disk-full`, `write-failed`. */
export async function startJournal(out: string, entries: Iterable<JournalEntry>): Promise<void> {
  await writeAtomically(join(out, JOURNAL_FILE), async (write) => {
    for (const entry of entries) await write(`${JSON.stringify(entry)}\n`);
  });
}

/** @throws AppError `disk-full`, `write-failed`. */
export async function appendToJournal(out: string, entry: JournalEntry): Promise<void> {
  const path = join(out, JOURNAL_FILE);
  try {
    const handle = await open(path, 'a');
    try {
      await handle.writeFile(`${JSON.stringify(entry)}\n`);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw writeError(path, cause);
  }
}

/**
 * True where the entry's work is there and would come out the same again: same model, same source file, and every file
 * asked for exists under its name in its full size.
 *
 * @param files expected name for each label; undefined where no PNG is wanted
 */
export async function isStillDone(
  entry: JournalEntry,
  out: string,
  model: string,
  files: ReadonlyMap<string, string | undefined>,
): Promise<boolean> {
  const source = await stat(entry.source).catch(() => undefined);
  if (!source || source.size !== entry.sizeBytes || source.mtimeMs !== entry.mtimeMs) return false;
  if (entry.model !== model || entry.masks.map(({ label }) => label).join('\n') !== [...files.keys()].join('\n')) {
    return false;
  }
  for (const { label, file } of entry.masks) {
    const wanted = files.get(label);
    if (wanted === undefined) continue;
    const written = await stat(join(out, wanted)).catch(() => undefined);
    if (file?.name !== wanted || written?.size !== file.bytes) return false;
  }
  return true;
}
