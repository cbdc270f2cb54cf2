import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../../../renderer/i18n/en';
import { zhCn } from '../../../../renderer/i18n/zh-cn';
import { calibrationOrigin } from '../../../../shared/domain';
import { EXPORT_FORMATS, exportLossSchema } from '../../../../shared/ipc/export';
import { importProblemSchema } from '../../../../shared/ipc/import';

const RENDERER = resolve(import.meta.dirname, '../../../../renderer');

/** Every text with its key as `t` takes it: `start.openFolder`. */
function flat(node: string | object, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  return Object.entries(node).flatMap(([key, below]: [string, string | object]) =>
    flat(below, path ? `${path}.${key}` : key),
  );
}

const english = new Map(flat(en));
const chinese = new Map(flat(zhCn));

/** Source of the interface without the texts themselves. */
const sources = readdirSync(RENDERER, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.(vue|ts)$/.test(path) && !/^i18n\/(en|zh-cn)/.test(path))
  // The canvas brings its own texts.
  .filter((path) => !path.startsWith('canvas/'))
  .map((path) => ({ path, text: readFileSync(join(RENDERER, path), 'utf8') }));

/** `t('key')` and `t(condition ? 'one' : 'other')`. */
function literalKeys(text: string): string[] {
  return [...text.matchAll(/\bt\(([^`]*?)\)/g)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/'([a-z][\w-]*(?:\.[\w -]+)+)'/gi)].map(([, key = '']) => key),
  );
}

/** Keys made of a fixed and a changing part, as patterns: t(`state.${state}`). */
function patterns(text: string): RegExp[] {
  const templates = [...text.matchAll(/\bte?\(\s*`([^`]*)`/g)].map(([, template = '']) => template);
  return templates.map(
    (template) =>
      new RegExp(
        `^${template
          .split(/\$\{[^}]*\}/)
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.+')}$`,
      ),
  );
}

/** What is filled into a text, and how many plural forms it has. */
const holes = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('the texts of the interface', () => {
  const used = sources.flatMap(({ path, text }) => literalKeys(text).map((key) => ({ path, key })));
  const made = sources.flatMap(({ text }) => patterns(text));

  it('are found in the sources at all', () => {
    expect(used.length).toBeGreaterThan(80);
    expect(made.length).toBeGreaterThan(5);
  });

  it('exist for every key that is used', () => {
    expect(used.filter(({ key }) => !english.has(key))).toEqual([]);
  });

  it('exist for every key that is put together', () => {
    expect(made.filter((pattern) => ![...english.keys()].some((key) => pattern.test(key)))).toEqual([]);
  });

  it('exist for every origin of millimetres, format, and problem that main may tell', () => {
    const { loss, problem } = { loss: exportLossSchema.shape.kind, problem: importProblemSchema.shape.kind };
    const keys = [
      ...calibrationOrigin.options.map((origin) => `measure.origin.${origin}`),
      ...EXPORT_FORMATS.map((format) => `export.format.${format}.name`),
      ...loss.options.map((kind) => `export.loss.${kind}`),
      ...problem.options.map((kind) => `import.problem.${kind}`),
    ];
    expect(keys.filter((key) => !english.has(key))).toEqual([]);
  });

  it('are all used', () => {
    const literal = new Set(used.map(({ key }) => key));
    const unused = [...english.keys()].filter((key) => !literal.has(key) && !made.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });

  it('are the same in both languages: keys, and what is filled in', () => {
    expect([...chinese.keys()].sort()).toEqual([...english.keys()].sort());
    const different = [...english].filter(([key, text]) => holes(text).join() !== holes(chinese.get(key) ?? '').join());
    expect(different).toEqual([]);
  });

  it('are never empty, and the Chinese ones are Chinese', () => {
    const latin = [...chinese].filter(([key, text]) => !/\p{Script=Han}/u.test(text) && text === english.get(key));
    // Names of things that have no Chinese name, and units.
    expect(latin.map(([key]) => key).sort()).toEqual([
      'backups.size',
      'export.area.size',
      'file.pixels',
      'learning.compare.against',
      'learning.list.result',
      'learning.reportOf.hd95',
      'learning.reportOf.px',
      'masks.area',
      'masks.numbered',
      'measure.axes',
      'measure.length.mm',
      'measure.length.px',
      'measure.surface.cm',
      'measure.surface.mm',
      'measure.surface.px',
      'provider.coreml',
      'provider.cpu',
      'provider.cuda',
      'provider.dml',
      'provider.webgpu',
      'updates.size',
    ]);
    expect([...english, ...chinese].filter(([, text]) => text.trim() === '')).toEqual([]);
  });
});
