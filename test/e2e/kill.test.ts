import { beforeAll, describe, expect, it } from 'vitest';
import { killRounds, VICTIMS, type Killed } from '../support/journey/kill-rounds';
import { temporaryFolder } from '../support/study-folder';

// Twenty rounds are `npm run test:long`; docs/reliability.md has what they found.
const ROUNDS = 2;

const folder = temporaryFolder();
let killed: Killed;

// A round fails by itself where a process does not come back, says nothing, or the next click or stroke does nothing.
beforeAll(async () => {
  killed = await killRounds(folder, ROUNDS, 2026);
});

describe.each(VICTIMS)('kill -9 of %s while somebody edits', (victim) => {
  it('costs nothing that was shown as saved', () => {
    const { kills, shownAsSaved, lost } = killed.tallies[victim];
    expect(kills).toBe(ROUNDS);
    expect(shownAsSaved).toBeGreaterThan(0);
    expect(lost).toBe(0);
  });

  it('lets the user go on', () => {
    expect(killed.backMs[victim]).toHaveLength(ROUNDS);
  });
});
