/**
 * Which backups a project keeps, by their times: the latest five, the last of each of the latest seven days that have one, and
 * of each of the latest four weeks. Pure; days and weeks are those of UTC, and "latest" counts days with a backup, so that
 * neither a long holiday nor a clock that was wrong empties the shelf.
 */
const DAY_MS = 86_400_000;
/** 1970-01-01 was a Thursday: weeks begin on Monday. */
const MONDAY_MS = 4 * DAY_MS;

export const KEPT = { latest: 5, days: 7, weeks: 4 } as const;

/** @param timesMs since 1970, in any order @returns those to keep, latest first */
export function timesKept(timesMs: readonly number[]): number[] {
  const latestFirst = [...new Set(timesMs)].toSorted((a, b) => b - a);
  const day = (ms: number): number => Math.floor(ms / DAY_MS);
  const week = (ms: number): number => Math.floor((ms - MONDAY_MS) / (7 * DAY_MS));
  const kept = new Set([
    ...latestFirst.slice(0, KEPT.latest),
    ...lastOfEach(latestFirst, day).slice(0, KEPT.days),
    ...lastOfEach(latestFirst, week).slice(0, KEPT.weeks),
  ]);
  return latestFirst.filter((ms) => kept.has(ms));
}

function lastOfEach(latestFirst: readonly number[], period: (ms: number) => number): number[] {
  return latestFirst.filter((ms, i) => i === 0 || period(ms) !== period(latestFirst[i - 1] ?? ms));
}
