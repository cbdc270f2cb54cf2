/** People of a shared project, and how its place is read and shown. Not how the server is reached (`main/project/server`). */
import { z } from 'zod';

/** Each may what those before it may; a worker is a reader that takes from the queue. */
export const TEAM_ROLES = ['reader', 'reviewer', 'admin', 'worker'] as const;
export const teamRole = z.enum(TEAM_ROLES);
export type TeamRole = z.infer<typeof teamRole>;

/** As the open project's server knows us. */
export const teamMember = z.strictObject({ user: z.string(), role: teamRole }).readonly();
export type TeamMember = z.infer<typeof teamMember>;

/** What of a connection string people fill in one by one. */
export interface TeamPlaceParts {
  /** `HOST[:PORT]/DATABASE`. */
  readonly server: string;
  readonly user: string;
  readonly password: string;
  readonly project: string;
  readonly caFile: string | null;
}

/** Whether a project's place is a connection string; else it is a folder. */
export function isTeamPlace(place: string): boolean {
  return /^postgres(ql)?:\/\//i.test(place);
}

/** The parts of a connection string, empty where it has none; undefined for anything else. */
export function teamPlaceParts(text: string): TeamPlaceParts | undefined {
  if (!isTeamPlace(text.trim())) return undefined;
  try {
    // Chrome before 122 finds no host in an address of a scheme that it does not know.
    const url = new URL(text.trim().replace(/^postgres(ql)?:/i, 'http:'));
    return {
      server: `${url.host}${decodeURIComponent(url.pathname)}`,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      project: url.searchParams.get('project') ?? '',
      caFile: url.searchParams.get('sslrootcert'),
    };
  } catch {
    return undefined;
  }
}
