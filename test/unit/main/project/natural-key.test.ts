/** Sort keys order names as a person would. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { frameSortKey, naturalKey } from '../../../../main/project/natural-key';

const byKey = (a: string, b: string): number => (naturalKey(a) < naturalKey(b) ? -1 : 1);

it('sorts numbers by value, anywhere in a name, whatever its case', () => {
  const sorted = ['1.png', 'IMG2.png', 'img10.png', 'p2/a', 'P2/b', 'p10/a', '图2', '图10'];
  expect([...sorted].reverse().sort(byKey)).toEqual(sorted);
  expect(naturalKey('A007')).toBe(naturalKey('a7'));
  expect(naturalKey('e\u0301')).toBe(naturalKey('é'));
});

it('agrees with the order of numbers of any size', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 30n }), fc.bigInt({ min: 0n, max: 10n ** 30n }), (a, b) => {
      expect(naturalKey(`f${a}.png`) < naturalKey(`f${b}.png`)).toBe(a < b);
    }),
  );
});

it('keeps studies together, and series within them, also when one name begins another', () => {
  const key = (studyName: string, studyId: number, relativePath: string, frameIndex = 0): string =>
    frameSortKey({ studyName, studyId, seriesName: 's', seriesId: 1, relativePath, frameIndex });
  const keys = [key('a', 2, 'z'), key('a', 3, 'a'), key('a b', 1, 'a', 2), key('a b', 1, 'a', 10)];
  expect([...keys].sort()).toEqual(keys);
  expect(keys.join('')).not.toContain('\u0000');
});
