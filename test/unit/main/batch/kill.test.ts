/** kill -9 during a batch: `npm run test:long` does the same thirty times. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../../models/training';
import { killBatch } from '../../../support/journey/kill-batch';
import { temporaryFolder } from '../../../support/study-folder';

const folder = temporaryFolder();

it('a batch that is killed goes on, does nothing twice and loses nothing', { timeout: 600_000 }, async () => {
  const { kills, same, notOnce } = await killBatch(folder, 3, seededRandom('kill a batch'));
  expect(kills).toEqual({ all: 1, program: 1, worker: 1 });
  expect(notOnce).toBe(0);
  expect(same).toBe(true);
});
