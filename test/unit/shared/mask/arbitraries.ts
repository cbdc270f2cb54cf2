/** Masks for property tests: noise at any density, and blobs; 1 x 1, 1 x N, empty and full ones among them. */
import fc from 'fast-check';
import type { Mask } from '../../../../shared/mask';

/** Rows of '#' and '.', for masks that a reader can see. */
export function drawn(...rows: string[]): Mask {
  const widthPx = rows[0]?.length ?? 0;
  return {
    widthPx,
    heightPx: rows.length,
    data: Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0)),
  };
}

/** The mask of all pixels for which `isSet(column, row)` holds. */
export function maskWhere(widthPx: number, heightPx: number, isSet: (x: number, y: number) => boolean): Mask {
  const data = new Uint8Array(widthPx * heightPx);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) data[y * widthPx + x] = isSet(x, y) ? 1 : 0;
  }
  return { widthPx, heightPx, data };
}

const anySize = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 })),
  fc.tuple(fc.constant(1), fc.integer({ min: 1, max: 30 })),
  fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constant(1)),
);

function maskOf(widthPx: number, heightPx: number): fc.Arbitrary<Mask> {
  const pixels = widthPx * heightPx;
  const noise = fc
    .tuple(
      fc.constantFrom(0.05, 0.3, 0.5, 0.7, 0.95),
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: pixels, maxLength: pixels }),
    )
    .map(([density, values]) => maskWhere(widthPx, heightPx, (x, y) => values[y * widthPx + x]! < density));
  const disc = fc.record({ x: fc.nat(widthPx), y: fc.nat(heightPx), r: fc.integer({ min: 1, max: 8 }) });
  const blobs = fc
    .array(disc, { maxLength: 4 })
    .map((discs) =>
      maskWhere(widthPx, heightPx, (x, y) => discs.filter((d) => Math.hypot(x - d.x, y - d.y) < d.r).length % 2 === 1),
    );
  const plain = fc.constantFrom(false, true).map((set) => maskWhere(widthPx, heightPx, () => set));
  return fc.oneof({ weight: 4, arbitrary: noise }, { weight: 4, arbitrary: blobs }, { weight: 1, arbitrary: plain });
}

export const anyMask: fc.Arbitrary<Mask> = anySize.chain(([widthPx, heightPx]) => maskOf(widthPx, heightPx));

/** Two masks of one size. */
export const anyPair: fc.Arbitrary<[Mask, Mask]> = anySize.chain(([widthPx, heightPx]) =>
  fc.tuple(maskOf(widthPx, heightPx), maskOf(widthPx, heightPx)),
);

/** `count` masks, the same in every run, for comparison with programs that are asked once. */
export function sampleMasks(count: number): Mask[] {
  return fc.sample(anyMask, { numRuns: count, seed: 20261123 });
}

/** Like `sampleMasks`, pairs of one size. */
export function samplePairs(count: number): [Mask, Mask][] {
  return fc.sample(anyPair, { numRuns: count, seed: 20261123 });
}
