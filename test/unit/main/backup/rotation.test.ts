/** Which backups are kept, over months of hourly ones. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { timesKept } from '../../../../main/backup/rotation';

const HOUR = 3_600_000;
const START = Date.parse('2026-09-01T08:00:00Z');

/** Eight hourly backups on each of the days, rotated after each as the program does. */
function workFor(days: number): string[] {
  let shelf: number[] = [];
  for (let day = 0; day < days; day++) {
    for (let hour = 0; hour < 8; hour++) shelf = timesKept([...shelf, START + (24 * day + hour) * HOUR]);
  }
  return shelf.map((ms) => new Date(ms).toISOString().slice(0, 13));
}

it('after three months: five latest, seven days, four weeks', () => {
  expect(workFor(90)).toEqual([
    ...['2026-11-29T15', '2026-11-29T14', '2026-11-29T13', '2026-11-29T12', '2026-11-29T11'],
    ...['2026-11-28T15', '2026-11-27T15', '2026-11-26T15', '2026-11-25T15', '2026-11-24T15', '2026-11-23T15'],
    // Last of the weeks before: Sundays.
    ...['2026-11-22T15', '2026-11-15T15', '2026-11-08T15'],
  ]);
});

it('keeps the latest whatever there is, never more than it says, and is settled after one pass', () => {
  const times = fc.array(
    fc.integer({ min: 0, max: 2_000 }).map((hours) => hours * HOUR),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(times, (all) => {
      const kept = timesKept(all);
      expect(kept.length).toBeLessThanOrEqual(16);
      expect(kept[0]).toBe(all.length === 0 ? undefined : Math.max(...all));
      expect(timesKept(kept)).toEqual(kept);
    }),
  );
});
