/** Channels about which project is open. What is inside a project has channels of its own. */
import { z } from 'zod';
import { reading, teamMember } from '../domain';
import { absolutePath, channel } from './channel';

const placeSchema = z.object({
  /** Absolute path of the `NAME.sonomask` folder, or the connection string of a team's project, without the password. */
  path: z.string(),
  name: z.string(),
});

export const projectSchema = placeSchema.extend({
  /** In which it is open. */
  reading,
  /** Who we are on its server; null in a folder. */
  team: teamMember.nullable(),
});

export type Project = z.infer<typeof projectSchema>;

export const recentProjectSchema = placeSchema.extend({
  /** When it was last opened, ms since 1970. */
  openedAtMs: z.number(),
  /** False where the folder is gone or its disk is not there. */
  present: z.boolean(),
});

export type RecentProject = z.infer<typeof recentProjectSchema>;

export const projectChannels = {
  /** Makes `folder/name.sonomask` and opens it in place of the project that was open. */
  'project.create': channel(
    z.object({
      folder: absolutePath,
      // No path separators, control characters or names Windows refuses: the name becomes a folder.
      name: z
        .string()
        .trim()
        .min(1)
        .max(120)
        // eslint-disable-next-line no-control-regex
        .regex(/^[^\\/:*?"<>|\u0000-\u001f]*[^\\/:*?"<>|\u0000-\u001f. ]$/),
    }),
    projectSchema,
  ),
  'project.open': channel(z.object({ path: absolutePath }), projectSchema),
  'project.close': channel(z.undefined(), z.void()),
  'project.current': channel(z.undefined(), projectSchema.nullable()),
  /** Last opened first. */
  'project.recent': channel(z.undefined(), z.array(recentProjectSchema)),
};
