/** Who may import whom (docs/architecture.md): renderer -> shared; main -> models, shared; models -> shared. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOMS: Record<string, readonly string[]> = {
  shared: [],
  models: ['shared'],
  main: ['models', 'shared'],
  renderer: ['shared'],
};

function sourceFiles(folder: string): string[] {
  return (
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|mts|vue)$/.test(entry.name))
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
      // Scripts that make packages are no part of the program; they find their Electron through test/support.
      .filter((file) => !file.startsWith(join('main', 'electron', 'packaging')))
  );
}

/** What a file imports, statically or not. */
function imports(file: string): string[] {
  const pattern = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)['"]([^'"]+)['"]/g;
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map((match) => match[1]!);
}

const roomOf = (path: string) => relative('.', path).split(sep)[0]!;

describe.each(Object.entries(ROOMS))('%s', (room, allowed) => {
  const files = sourceFiles(room);

  it('has files', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it(`imports only itself and ${allowed.join(', ') || 'nothing else of ours'}`, () => {
    const wrong = files.flatMap((file) =>
      imports(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => roomOf(resolve(dirname(file), target)))
        .filter((target) => target !== room && !allowed.includes(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('imports Electron in main/electron only', () => {
    const wrong = files.filter(
      (file) => !file.startsWith(join('main', 'electron')) && imports(file).includes('electron'),
    );
    expect(wrong).toEqual([]);
  });
});

describe('shared', () => {
  it('uses nothing of Node', () => {
    const wrong = sourceFiles('shared').filter((file) => imports(file).some((target) => target.startsWith('node:')));
    expect(wrong).toEqual([]);
  });
});

describe('the renderer', () => {
  it('uses nothing of Node', () => {
    const wrong = sourceFiles('renderer').filter((file) => imports(file).some((target) => target.startsWith('node:')));
    expect(wrong).toEqual([]);
  });
});
