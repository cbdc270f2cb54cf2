/** Channels about a project on a team's server: opening it, who else is there, whether it answers. */
import { z } from 'zod';
import { rowId } from '../domain';
import { absolutePath, channel } from './channel';
import { projectSchema } from './project';

export const teamLoginSchema = z.strictObject({
  /** `HOST[:PORT]/DATABASE`. */
  server: z
    .string()
    .max(500)
    .regex(/^(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?\/[^\s/?#]+$/i),
  project: z.string().regex(/^[a-z][a-z0-9_]{0,29}$/),
  user: z.string().min(1).max(200),
  /** PEM file with the authorities to trust, where the system does not know them. */
  caFile: absolutePath.nullable(),
});
export type TeamLogin = z.infer<typeof teamLoginSchema>;

const knownLoginSchema = z.object({
  login: z.object({ ...teamLoginSchema.shape, server: z.string(), project: z.string(), user: z.string() }),
  /** The password is known, and not told to the page. */
  hasPassword: z.boolean(),
  /** This computer has a safe place for passwords. */
  canKeep: z.boolean(),
});
export type KnownLogin = z.infer<typeof knownLoginSchema>;

export const teamChannels = {
  /** What to begin with: a project that was open before, or without one the last, or what SONOMASK_DATABASE_URL says. */
  'team.known': channel(z.object({ place: z.string().max(4_096).nullable() }), knownLoginSchema),
  /**
   * Opens a project in place of the one that was open. `password` null: the one that is known. Throws `server-unreachable`,
   * `certificate-refused`, `login-refused`, `project-unknown`, `not-a-member`, `project-older`, `project-newer`.
   */
  'team.open': channel(
    z.object({ login: teamLoginSchema, password: z.string().max(20_000).nullable(), keep: z.boolean() }),
    projectSchema,
  ),
  /** The frame on screen: who has it is told, and what others change on it. */
  'team.watch': channel(z.object({ frameId: rowId.nullable() }), z.void()),
};

export const teamEvents = {
  /** How it stands with the open project's server. */
  'team.state': z.object({
    /** It answers; while it does not, nothing can be saved. */
    online: z.boolean(),
    /** That is watched. */
    frameId: rowId.nullable(),
    /** Who else works on that frame. */
    holder: z.string().nullable(),
  }),
};
