import { defineConfig } from 'vitest/config';

// Node 20 lacks what vitest prints failures with; without it a failing run ends in a TypeError and names no test.
function groupBy<T, K>(items: Iterable<T>, keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group) group.push(item);
    else groups.set(keyOf(item), [item]);
  }
  return groups;
}
if (!('groupBy' in Map)) Object.assign(Map, { groupBy });

// Real files, real sessions and a real database are slow on two cores: generous limits, few workers.
export default defineConfig({
  test: {
    testTimeout: 240_000,
    hookTimeout: 300_000,
    maxWorkers: 2,
    projects: [
      { extends: true, test: { name: 'unit', include: ['test/unit/**/*.test.ts', 'test/fuzz/**/*.test.ts'] } },
      {
        extends: true,
        // The store's tests once more, with the project on a server, and those of what only a server has.
        test: {
          name: 'postgres',
          include: ['test/unit/main/project/*.test.ts', 'test/postgres/**/*.test.ts'],
          // Of files and of one process.
          exclude: ['test/unit/main/project/{database,crash,natural-key}.test.ts'],
          globalSetup: 'test/support/postgres-setup.ts',
          setupFiles: 'test/support/postgres-or-skip.ts',
        },
      },
      { extends: true, test: { name: 'parity', include: ['test/parity/**/*.test.ts'] } },
      {
        extends: true,
        // One window at a time: focus, the single-instance lock and two cores are shared.
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: 'test/support/e2e-setup.ts',
          fileParallelism: false,
        },
      },
    ],
  },
});
