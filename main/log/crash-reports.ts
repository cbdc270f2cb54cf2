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

/** Chromium sorts them into folders by what it has done with them. Node before 18.17 does not look into folders by itself. */
function reportsIn(folder: string): { path: string; at: number }[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return reportsIn(path);
      return entry.name.endsWith('.dmp') ? [{ path, at: statSync(path).mtimeMs }] : [];
    });
  } catch {
    // None yet, or one went while it was looked at.
    return [];
  }
}
