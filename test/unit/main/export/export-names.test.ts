/** Names of exported files: whatever sources, patients and labels are called. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportNames, flatNames, labelFolders } from '../../../../main/export';
import { imageName } from '../../../../main/export/export-names';

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

  it('are each there once, also where a number that tells two apart is part of a third', () => {
    expect(namesOf('a-3.png', 'a.dcm', 'a.png')).toEqual(['a-3', 'a', 'a-3_']);
  });

  it('are one name an image, which no other has, whichever frames of loops there are', () => {
    const loop = (imageId: number, relativePath: string, ...frames: number[]) =>
      frames.map((frameIndex) => ({ imageId, relativePath, frameIndex, frameCount: 9 }));
    const all = [
      ...loop(1, 'IM_1', 0, 1),
      // Of another folder of the same content.
      ...loop(2, 'IM_1', 0, 4),
      { imageId: 3, relativePath: 'im_1' },
      { imageId: 4, relativePath: 'b-frame-0003.png' },
      ...loop(5, 'b.dcm', 2),
    ];
    const names = exportNames(all);
    expect(names).toEqual([
      ...['IM_1-frame-0001', 'IM_1-frame-0002', 'IM_1-2-frame-0001', 'IM_1-2-frame-0005'],
      ...['im_1-3', 'b-frame-0003', 'b-5-frame-0003'],
    ]);
    const images = all.map((each, i) => imageName({ frameCount: 1, ...each, name: names[i]! }).toLowerCase());
    expect(new Set(images).size).toBe(5);
  });

  it('of labels keep what looks like an extension', () => {
    expect(labelFolders(['TI-RADS.3', 'TI-RADS.4', 'ti-rads.3', 'a/b'])).toEqual([
      ...['TI-RADS.3', 'TI-RADS.4', 'ti-rads.3-2', 'a_b'],
    ]);
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
