/** `sonomask team`: from an empty server to people who can open the project, and no further than their role. */
import { expect, it, vi } from 'vitest';
import { cli } from '../support/cli';
import { newPlace } from '../unit/main/project/support';

it('makes a project, gives logins with roles, lists and takes them away', async () => {
  const place = newPlace();
  const { code, stdout } = await cli(['team', 'init', place]);
  expect([code, stdout]).toEqual([0, expect.stringContaining('is ready')]);
  expect(stdout).not.toContain(encodeURIComponent(new URL(place).password));
  const user = `Dr. 李 ${new URL(place).searchParams.get('project')}`;
  const added = await cli(['team', 'add-user', place, '--user', user, '--role', 'reader', '--json']);
  const { password } = added.json<{ password: string }>();
  const url = new URL(place);
  [url.username, url.password] = [user, ''];
  vi.stubEnv('PGPASSWORD', password);
  expect((await cli(['project', 'stats', url.href])).stdout).toContain('frames: none');
  const refused = await cli(['team', 'add-user', url.href, '--user', 'me', '--role', 'admin']);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('permission denied')]);
  vi.stubEnv('PGPASSWORD', decodeURIComponent(new URL(place).password));
  expect((await cli(['team', 'list', place, '--json'])).json()).toEqual({ team: [{ user, role: 'reader' }] });
  expect((await cli(['team', 'remove-user', place, '--user', user])).stdout).toBe('nobody\n');
  expect((await cli(['team', 'add-user', place, '--user', user, '--role', 'king'])).code).toBe(2);
});
