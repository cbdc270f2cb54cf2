/** The manual: what its Markdown becomes, and that both languages tell the same with pictures that exist. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderManual } from '../../../../renderer/manual/manual';
import { LANGUAGES } from '../../../../shared/language';

const FOLDER = join(import.meta.dirname, '../../../../docs/manual');
const textOf = (language: string): string => readFileSync(join(FOLDER, `${language}.md`), 'utf8');

describe('renderManual', () => {
  it('names its chapters and finds its pictures', () => {
    const { html, chapters } = renderManual('# M\n\n## One\n\n![a](p.png)\n\n## Two `x`\n', (path) => `/built/${path}`);
    expect(chapters).toEqual([
      { id: 'chapter-1', title: 'One' },
      { id: 'chapter-2', title: 'Two `x`' },
    ]);
    expect(html).toContain('<h2 id="chapter-1">One</h2>');
    expect(html).toContain('src="/built/p.png"');
  });

  it('lets no HTML and no script through', () => {
    const { html } = renderManual('<img src=x onerror=alert(1)>\n\n[a](javascript:alert(1))', () => undefined);
    expect(html).not.toMatch(/<img|href="javascript/);
  });
});

describe('docs/manual', () => {
  it.each(LANGUAGES)('%s: every picture is there', (language) => {
    const missing: string[] = [];
    const { chapters } = renderManual(textOf(language), (path) => {
      if (!existsSync(join(FOLDER, path))) missing.push(path);
      return path;
    });
    expect(missing).toEqual([]);
    expect(chapters.length).toBeGreaterThan(0);
  });

  it('has the same headings, pictures and keys in both languages', () => {
    const shape = (language: string) => ({
      headings: [...textOf(language).matchAll(/^#+/gm)].map(String),
      pictures: [...textOf(language).matchAll(/\(pictures\/[^/]+\/([^)]+)\)/g)].map((match) => match[1]),
      keys: [...textOf(language).matchAll(/`([^`]+)`/g)].map((match) => match[1]),
    });
    expect(shape('zh-CN')).toEqual(shape('en'));
  });
});
