/** A team at work while workers die and the database crashes: `npm run test:long -- team` does the same for ten minutes. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { seededRandom } from '../../models/training';
import { teamAtWork } from '../support/journey/team';
import { TestServer } from '../support/postgres-server';
import { temporaryFolder } from '../unit/main/project/support';

it('loses nothing, does nothing twice, leaves no lock', { timeout: 600_000 }, async () => {
  const server = await TestServer.start({ durable: true });
  onTestFinished(() => server.remove());
  const folder = temporaryFolder();
  vi.stubEnv('SONOMASK_SHARED_FOLDER', temporaryFolder());
  const { wrong, kills, acts } = await teamAtWork({
    ...{ server, folder, frames: 60, seconds: 18, secondsBetweenKills: 6 },
    chance: seededRandom('a team at work'),
  });
  expect(wrong).toEqual([]);
  expect(kills).toBeGreaterThan(1);
  expect(acts.saved).toBeGreaterThan(10);
});
