/** kill -9 during a round: `npm run test:long` does the same twenty times. */
import { expect, it } from 'vitest';
import { seededRandom } from '../../../../models/training';
import { killLearning } from '../../../support/journey/kill-learning';
import { temporaryFolder } from '../../../support/study-folder';

const folder = temporaryFolder();

it(
  'a round that is killed goes on to the very same head, and what is active stays whole',
  { timeout: 600_000 },
  async () => {
    const { kills, headsLost, same } = await killLearning(folder, 3, seededRandom('kill a round'));
    expect(kills).toEqual({ all: 1, program: 1, worker: 1 });
    expect(headsLost).toBe(0);
    expect(same).toBe(true);
  },
);
