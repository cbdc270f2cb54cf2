/** The faults of docs/reliability.md, each three times: nothing acknowledged is lost, and whoever must be told is told. */
import { seededRandom } from '../../../../models/training';
import { expect, it } from 'vitest';
import { faults } from '../../../support/journey/faults';
import { temporaryFolder } from '../project/support';

it(
  'full disk, rights, clock, second opening, damage, power cut, images gone, card dead: nothing lost, the user told',
  { timeout: 300_000 },
  async () => {
    const rows = await faults(temporaryFolder(), 3, seededRandom('faults'));
    for (const { fault, skipped } of rows) if (skipped !== undefined) console.log(`${fault}: skipped, ${skipped}`);
    const tried = rows.filter(({ skipped }) => skipped === undefined);
    expect(tried.map(({ fault, lost }) => [fault, lost])).toEqual(tried.map(({ fault }) => [fault, 0]));
    expect(tried.length).toBeGreaterThanOrEqual(7);
  },
);
