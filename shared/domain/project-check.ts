/** What comes of comparing a project with its chain of seals (`main/project/seals`), as it is shown. */
import { z } from 'zod';
import { sha256 } from './ids';

/**
 * `changed`: says something else than was sealed. `removed`: is sealed and not there. `added`: is there and was never sealed.
 * `unknown`: the expected head is in no seal.
 */
export const FINDING_KINDS = ['changed', 'removed', 'added', 'unknown'] as const;

/** What is found may hold anything: whoever wrote it was not SonoMask. */
const found = z.string().transform((text) => text.slice(0, 200));

export const projectFinding = z.object({
  kind: z.enum(FINDING_KINDS),
  /** A table, `heads/` for the file of a head version, or `chain`. */
  where: found,
  /** A row's id or key, or a hash. */
  what: found,
  /** Of the row as it is now, where it has one. */
  name: found.nullable(),
  /** Path of the image that the row is about as it is now, and which of its frames, from 1. */
  image: z.object({ path: found, frame: z.int().nullable() }).nullable(),
  /** What the row was sealed by last, if it was. */
  seal: z.object({ id: z.int(), at: found, user: found }).nullable(),
});
export type ProjectFinding = z.infer<typeof projectFinding>;

export const projectCheck = z.object({
  rows: z.int().min(0),
  seals: z.int().min(0),
  /** Hash of the last seal: proves all before it. */
  head: found,
  findingCount: z.int().min(0),
  /** The first of them. */
  findings: z.array(projectFinding),
});
export type ProjectCheck = z.infer<typeof projectCheck>;

/** A head as somebody wrote it down. */
export const chainHead = z.string().trim().toLowerCase().pipe(sha256);
