/** The Chinese texts use the words of the table in CONTRIBUTING.md, and Chinese punctuation. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEXTS } from '../../../../main/electron/texts';
import { CANVAS_TEXTS } from '../../../../renderer/canvas/texts';
import { zhCn } from '../../../../renderer/i18n/zh-cn';
import { COMMANDS, MENUS } from '../../../../shared/commands';

const ROOT = resolve(import.meta.dirname, '../../../..');

function flat(node: unknown): string[] {
  return typeof node === 'string' ? [node] : Object.values(node as object).flatMap(flat);
}

const texts = [
  ...flat(zhCn),
  ...flat(CANVAS_TEXTS['zh-CN']),
  ...[...COMMANDS, ...MENUS].map(({ title }) => title['zh-CN']),
  ...Object.values(TEXTS).map((text) => text['zh-CN']),
  ...readFileSync(join(ROOT, 'docs/manual/zh-CN.md'), 'utf8').split('\n'),
];

/** Rows of the table: what is said, and what is never said instead. */
const rows = [
  ...readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8').matchAll(
    /^\| [a-z][^|]*\| ([^|]*[\u4e00-\u9fff][^|]*)\| ([^|]*)\|$/gm,
  ),
].map(([, said = '', never = '']) => ({
  said: said
    .trim()
    .split(/[、；（）]/)
    .filter(Boolean),
  never: never.trim().split('、').filter(Boolean),
}));

describe('the Chinese texts', () => {
  it('have a table of words that they use', () => {
    expect(rows.length).toBeGreaterThan(15);
    const all = texts.join('\n');
    expect(rows.flatMap(({ said }) => said).filter((word) => !all.includes(word))).toEqual([]);
  });

  it.each(rows)('say $said and never $never', ({ never }) => {
    expect(never.length).toBeGreaterThan(0);
    expect(texts.filter((text) => never.some((word) => text.includes(word)))).toEqual([]);
  });

  it('have full-width punctuation beside Chinese, px beside figures and no space before %', () => {
    const wrong = /[\u4e00-\u9fff] ?[,;:!?()]|[,;:!?()] ?[\u4e00-\u9fff]|[\d}] %|\} 像素/;
    expect(texts.filter((text) => wrong.test(text))).toEqual([]);
  });

  it('address the reader politely, in one way', () => {
    expect(texts.filter((text) => /你/.test(text))).toEqual([]);
  });
});
