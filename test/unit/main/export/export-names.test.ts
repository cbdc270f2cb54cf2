/** Names of exported files: whatever sources, patients and labels are called. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportNames, flatNames } from '../../../../main/export';

const namesOf = (...paths: string[]): string[] =>
  exportNames(paths.map((relativePath, i) => ({ imageId: i + 1, relativePath })));

/** Names that mean something to a file system, among any others. */
const nasty = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    'CON',
    'aux.png',
    'nul.tar.gz',
    'com1',
    'LPT9.dcm',
    'C:',
    '..\\..\\x',
    '-rf',
    ' ',
    'a.',
    'b ',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replaceAll('/', '')),
  fc.constantFrom('超声'.repeat(120), 'x'.repeat(400)),
);

describe('names of exported files', () => {
  it('stay within the folder and are taken by every file system', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(nasty, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
        (paths) => {
          const names = namesOf(...paths.map((parts) => parts.join('/')));
          for (const name of [...names, ...flatNames(names)]) {
            for (const part of `${name}.png`.split('/')) {
              expect(part).not.toMatch(/^\.|[\\:*?"<>|\p{Cc}]|[. ]$/u);
              expect(part).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
              expect(part).not.toBe('');
              expect(Buffer.byteLength(part)).toBeLessThan(255);
            }
          }
        },
      ),
    );
  });

  it('are each there once, in upper and lower case too', () => {
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 2, maxLength: 8 }), (paths) => {
        const names = namesOf(...paths);
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
      }),
    );
  });

  it('keep what can be kept', () => {
    expect(namesOf('patient 1/image.dcm', '超声/图像.png', 'con.png', '../up.png')).toEqual([
      'patient 1/image',
      '超声/图像',
      '_con',
      '_/up',
    ]);
  });
});
