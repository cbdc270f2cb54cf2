/** The Dockerfile says what a server's worker needs: no image is built here, but what can be known without is looked at. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../main/cli/registry';

/** Instructions with their arguments, continued lines joined. */
function instructions(text: string): [string, string][] {
  const lines = text.replace(/\\\n/g, ' ').split('\n');
  return lines
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      expect(['FROM', 'WORKDIR', 'COPY', 'RUN', 'ENV', 'USER', 'ENTRYPOINT', 'CMD'], line).toContain(name);
      return [name, rest];
    });
}

const all = instructions(readFileSync('Dockerfile', 'utf8'));
const of = (name: string): string[] => all.filter(([each]) => each === name).map(([, rest]) => rest);

it('begins from one image of a fixed version, with a Node that the package takes', () => {
  expect(all[0]?.[0]).toBe('FROM');
  expect(of('FROM')).toHaveLength(1);
  expect(of('FROM')[0]).toMatch(/^node:(2[2-9])\.\d+-bookworm-slim$/);
});

it('copies what there is, and what the build is not kept from seeing', () => {
  const seen = readFileSync('.dockerignore', 'utf8').split('\n');
  expect(seen[0]).toBe('*');
  const copied = of('COPY').flatMap((rest) => rest.split(/\s+/).slice(0, -1));
  expect(copied).toEqual(expect.arrayContaining(['package.json', 'package-lock.json', 'shared', 'models', 'main']));
  for (const path of copied) {
    expect(existsSync(path), path).toBe(true);
    expect(seen).toContain(`!${path}`);
  }
});

it('installs what the lock file says and runs no script of a package', () => {
  expect(of('RUN').join(' ')).toMatch(/npm ci --omit=dev --ignore-scripts/);
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: Record<string, string> };
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['tsx', 'pg', 'pg-boss', 'onnxruntime-node']));
});

it('runs the command line, as nobody special, with no password in it', () => {
  expect(all.findLastIndex(([name]) => name === 'USER')).toBeGreaterThan(all.findLastIndex(([name]) => name === 'RUN'));
  expect(of('USER')).toEqual(['node']);
  const [entry] = of('ENTRYPOINT').map((rest) => JSON.parse(rest) as string[]);
  expect(existsSync(entry?.at(-1) ?? '')).toBe(true);
  expect(readFileSync('Dockerfile', 'utf8')).not.toMatch(/PASSWORD\s*=/);
});

it('and the examples of docs/scale.md name commands and options that there are', () => {
  const text = readFileSync('docs/scale.md', 'utf8');
  for (const [, name = ''] of text.matchAll(/^sonomask ((?:batch )?\w+)/gm)) {
    expect(COMMANDS.map((command) => command.name)).toContain(name);
  }
  const worker = COMMANDS.find(({ name }) => name === 'worker');
  for (const option of ['until-done', 'lanes']) {
    expect(text).toContain(`--${option}`);
    expect(worker?.options).toHaveProperty([option]);
  }
});
