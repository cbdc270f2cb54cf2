import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  cocoRle,
  compressCounts,
  cropOfRuns,
  cropped,
  decompressCounts,
  isSetInRuns,
  maskFromCocoRle,
  maskFromRunLengths,
  packMask,
  runLengths,
  unpackMask,
} from '../../../../shared/mask';
import type { CocoRle, Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { anyMask, drawn, maskWhere, sampleMasks } from './arbitraries';

const corrupt = expect.objectContaining({ name: 'AppError', code: 'format-corrupt', subject: 'COCO RLE' });

// Strings written by pycocotools 2.0.11.
const WRITTEN_BY_PYCOCOTOOLS: [string, Mask, CocoRle][] = [
  ['one pixel set', drawn('#'), { size: [1, 1], counts: '01' }],
  ['one pixel clear', drawn('.'), { size: [1, 1], counts: '1' }],
  ['a cross', drawn('.#.', '###', '.#.'), { size: [3, 3], counts: '11120N0' }],
  ['corners', drawn('#..#', '....', '.##.'), { size: [3, 4], counts: '0140N10' }],
  [
    'three bars',
    maskWhere(800, 600, (x, y) => y >= 100 && y < 500 && [200, 297, 394].some((left) => x >= left && x < left + 3)),
    { size: [600, 800], counts: 'TYe3`<X6000`Rg10`mXN000`Rg10`mXN000TQ\\7' },
  ],
  [
    'runs of millions',
    maskWhere(100, 40000, (x, y) => (x === 0 && y === 5) || (x === 99 && y === 39999)),
    { size: [40000, 100], counts: '51iWRj30' },
  ],
];

describe('COCO run-length code', () => {
  it.each(WRITTEN_BY_PYCOCOTOOLS)('of %s is what pycocotools writes, and reads back', (_, mask, rle) => {
    expect(cocoRle(mask)).toEqual(rle);
    // Millions of pixels: compared as bytes.
    expect(Buffer.from(maskFromCocoRle(rle).data).equals(mask.data)).toBe(true);
  });

  it('runs down the columns and begins with background', () => {
    expect([...runLengths(drawn('##.', '.#.'))]).toEqual([0, 1, 1, 2, 2]);
    expect([...runLengths(drawn('..', '.#'))]).toEqual([3, 1]);
  });

  it('tells the box of a mask, what is in it, and each pixel, without making its frame', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const counts = runLengths(mask);
        expect(cropOfRuns(counts, mask.heightPx)).toEqual(cropped(mask));
        const seen = mask.data.map((_, i) =>
          Number(isSetInRuns(counts, mask.heightPx, i % mask.widthPx, Math.floor(i / mask.widthPx))),
        );
        expect(seen).toEqual(mask.data);
      }),
    );
  });

  it('gives every mask back, compressed and as counts', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const counts = runLengths(mask);
        expect(maskFromRunLengths(counts, mask.widthPx, mask.heightPx)).toEqual(mask);
        // Only the first run may be empty: there is one code of every mask.
        expect(counts.subarray(1).every((length) => length > 0)).toBe(true);
        expect(maskFromCocoRle(cocoRle(mask))).toEqual(mask);
        expect(maskFromCocoRle({ size: [mask.heightPx, mask.widthPx], counts: [...counts] })).toEqual(mask);
      }),
    );
  });

  it('compresses any counts without loss, up to the largest', () => {
    const anyCounts = fc.array(fc.oneof(fc.nat(100), fc.integer({ min: 0, max: 2 ** 32 - 1 })));
    fc.assert(
      fc.property(anyCounts, (counts) => {
        expect([...decompressCounts(compressCounts(Uint32Array.from(counts)))]).toEqual(counts);
      }),
    );
  });

  it.each([
    ['a string that ends within a count', { size: [3, 3], counts: '11120N' + 'P' }],
    ['a character outside the alphabet', { size: [3, 3], counts: '11 20N0' }],
    ['a character that is not ASCII', { size: [3, 3], counts: '11é20N0' }],
    ['a count below 0', { size: [3, 3], counts: 'O' }],
    ['a count without end', { size: [3, 3], counts: 'PPPPPPPPPPPPPPP' }],
    ['too few pixels', { size: [3, 3], counts: [4, 4] }],
    ['too many pixels', { size: [3, 3], counts: [4, 6] }],
    ['no counts', { size: [3, 3], counts: '' }],
    ['a negative run', { size: [3, 3], counts: [10, -1] }],
    ['half a pixel', { size: [3, 3], counts: [4.5, 4.5] }],
    ['a run that is no number', { size: [3, 3], counts: [NaN, 9] }],
    ['a size of three numbers', { size: [3, 3, 1], counts: [9] }],
    ['no size', { size: [], counts: [0] }],
    ['a size of 0', { size: [0, 3], counts: [0] }],
    ['a fractional size', { size: [1.5, 6], counts: [9] }],
  ])('is refused as corrupt: %s', (_, rle) => {
    expect(() => maskFromCocoRle(rle)).toThrowError(corrupt);
  });

  it('is refused before memory is taken when the size is absurd', () => {
    const rle = { size: [1_000_000, 1_000_000], counts: [1e12] };
    expect(() => maskFromCocoRle(rle)).toThrowError(expect.objectContaining({ code: 'too-large' }));
  });

  it('never gives anything but a mask or a typed error, whatever the string', () => {
    const printable = fc.string({ unit: fc.integer({ min: 48, max: 111 }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(printable, fc.nat(20), fc.nat(20), (counts, heightPx, widthPx) => {
        try {
          const mask = maskFromCocoRle({ size: [heightPx, widthPx], counts });
          expect(mask.data.length).toBe(widthPx * heightPx);
        } catch (error) {
          expect(error).toEqual(corrupt);
        }
      }),
    );
  });
});

const PYCOCOTOOLS = `
import base64, json, sys
import numpy as np
import pycocotools.mask as coco
out = []
for m in json.load(sys.stdin):
    a = np.frombuffer(base64.b64decode(m["data"]), np.uint8).reshape(m["h"], m["w"])
    rle = coco.encode(np.asfortranarray(a))
    out.append({
        "size": rle["size"], "counts": rle["counts"].decode(),
        "same": bool((coco.decode({"size": [m["h"], m["w"]], "counts": m["counts"].encode()}) == a).all()),
        "packed": base64.b64encode(np.packbits(a.ravel(), bitorder="little").tobytes()).decode(),
    })
print(json.dumps(out))
`;

describeWithPython('against pycocotools and numpy', () => {
  it('writes the same strings, is read as the same masks, and packs the same bytes', () => {
    const large = maskWhere(1024, 768, (x, y) => Math.hypot(x - 500, y - 300) < 250 && (x * 7 + y * 13) % 31 !== 0);
    const masks = [...sampleMasks(300), large];
    const answers = runPython(
      PYCOCOTOOLS,
      masks.map((mask) => ({
        w: mask.widthPx,
        h: mask.heightPx,
        data: Buffer.from(mask.data).toString('base64'),
        counts: cocoRle(mask).counts,
      })),
    ) as (CocoRle & { same: boolean; packed: string })[];
    masks.forEach((mask, i) => {
      const { size, counts, same, packed } = answers[i]!;
      expect(cocoRle(mask)).toEqual({ size, counts });
      expect(same).toBe(true);
      expect(Buffer.from(packMask(mask)).toString('base64')).toBe(packed);
    });
  });
});

describe('bit-packing', () => {
  it('puts the first pixel in the lowest bit and goes on across rows', () => {
    expect([...packMask(drawn('#...#', '#.##.'))]).toEqual([0b10110001, 0b01]);
  });

  it('gives every mask back', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        expect(unpackMask(packMask(mask), mask.widthPx, mask.heightPx)).toEqual(mask);
      }),
    );
  });

  it('does not mind where in its buffer a mask lies', () => {
    const mask = drawn('#...#.##.', '#.##..#.#');
    for (const offset of [1, 2, 3]) {
      const data = new Uint8Array(mask.data.length + offset).subarray(offset);
      data.set(mask.data);
      expect(packMask({ ...mask, data })).toEqual(packMask(mask));
    }
  });

  it('refuses too few or too many bytes, and bits beyond the last pixel', () => {
    for (const bytes of [[0], [0, 0, 0], [0, 0b100]]) {
      expect(() => unpackMask(Uint8Array.from(bytes), 5, 2)).toThrowError(
        expect.objectContaining({ name: 'AppError', code: 'format-corrupt' }),
      );
    }
  });
});
