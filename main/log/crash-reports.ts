/** Crash reports that Chromium leaves on this computer: how many are kept. They hold memory, so they are never sent or copied. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';

const MOST = 5;
const DAYS = 30;

/** Deletes all but the newest and all that are old. Answers how many are left. @param now milliseconds */
export function pruneCrashReports(folder: string, now = Date.now()): number {
  const reports = reportsIn(folder).toSorted((a, b) => b.at - a.at);
  const kept = reports.filter(({ at }, n) => n < MOST && now - at < DAYS * 86_400_000);
  for (const report of reports) {
    if (kept.includes(report)) continue;
    rmSync(report.path, { force: true });
    rmSync(report.path.replace(/\.dmp$/, '.meta'), { force: true });
  }
  return kept.length;
}

function reportsIn(folder: string): { path: string; at: number }[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.dmp'))
      .map((name) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }));
  } catch {
    // None yet, or one went while it was looked at.
    return [];
  }
}
