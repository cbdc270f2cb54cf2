/**
 * Contrast limited adaptive histogram equalization: K. Zuiderveld, Graphics Gems IV (1994), p. 474. Every tile has a grey
 * curve of its own, no steeper than the limit allows; between the middles of tiles the curves are blended.
 */
import type { GrayImage } from '../gray-image';

const LEVELS = 256;

/**
 * @param tiles across and down
 * @param limit how many times as often as the average a grey level may count; 1 leaves no contrast to gain
 * @returns as OpenCV's `createCLAHE(limit, (tiles, tiles))` gives it, to one level (it computes in 32 bits)
 */
export function clahe(image: GrayImage, tiles = 8, limit = 2): Uint8Array {
  const { widthPx, heightPx, data } = image;
  const tileWidth = Math.ceil(widthPx / tiles);
  const tileHeight = Math.ceil(heightPx / tiles);
  const curves = new Float64Array(tiles * tiles * LEVELS);
  for (let tile = 0; tile < tiles * tiles; tile++) {
    const [x, y] = [(tile % tiles) * tileWidth, Math.floor(tile / tiles) * tileHeight];
    const counts = limited(histogram(image, x, y, tileWidth, tileHeight), limit, tileWidth * tileHeight);
    curves.set(curveOf(counts, tileWidth * tileHeight), tile * LEVELS);
  }
  const across = blends(widthPx, tileWidth, tiles);
  const down = blends(heightPx, tileHeight, tiles);
  const out = new Uint8Array(widthPx * heightPx);
  for (let y = 0, at = 0; y < heightPx; y++) {
    const above = (down.before[y] as number) * tiles;
    const below = (down.after[y] as number) * tiles;
    const share = down.share[y] as number;
    for (let x = 0; x < widthPx; x++, at++) {
      const sample = data[at] as number;
      const left = across.before[x] as number;
      const right = across.after[x] as number;
      const along = across.share[x] as number;
      const upperLeft = curves[(above + left) * LEVELS + sample] as number;
      const upperRight = curves[(above + right) * LEVELS + sample] as number;
      const lowerLeft = curves[(below + left) * LEVELS + sample] as number;
      const lowerRight = curves[(below + right) * LEVELS + sample] as number;
      const upper = upperLeft + (upperRight - upperLeft) * along;
      const lower = lowerLeft + (lowerRight - lowerLeft) * along;
      out[at] = Math.round(upper + (lower - upper) * share);
    }
  }
  return out;
}

/** Tiles reach over the edges by whole tiles: there the image is mirrored about its last pixel. */
function histogram({ widthPx, heightPx, data }: GrayImage, x0: number, y0: number, width: number, height: number) {
  const counts = new Uint32Array(LEVELS);
  for (let y = y0; y < y0 + height; y++) {
    const row = mirrored(y, heightPx) * widthPx;
    for (let x = x0; x < x0 + width; x++) {
      const sample = data[row + mirrored(x, widthPx)] as number;
      counts[sample] = (counts[sample] as number) + 1;
    }
  }
  return counts;
}

function mirrored(at: number, length: number): number {
  return at < length ? at : Math.max(0, 2 * length - 2 - at);
}

/** What counts more than the limit is spread evenly over all levels. */
function limited(counts: Uint32Array, limit: number, total: number): Uint32Array {
  const most = Math.max(1, Math.floor((limit * total) / LEVELS));
  let cut = 0;
  const kept = counts.map((n) => {
    cut += Math.max(n - most, 0);
    return Math.min(n, most);
  });
  const each = Math.floor(cut / LEVELS);
  const rest = cut % LEVELS;
  const step = rest > 0 ? Math.max(Math.floor(LEVELS / rest), 1) : 1;
  return kept.map((n, level) => n + each + (level % step === 0 && level / step < rest ? 1 : 0));
}

function curveOf(counts: Uint32Array, total: number): Float64Array {
  const curve = new Float64Array(LEVELS);
  let sum = 0;
  for (let level = 0; level < LEVELS; level++) {
    sum += counts[level] as number;
    curve[level] = Math.min(255, Math.round((sum * (LEVELS - 1)) / total));
  }
  return curve;
}

/** Between the middles of which two tiles each row or column lies, and how far it is from the first. */
function blends(length: number, tileLength: number, tiles: number) {
  const before = new Int32Array(length);
  const after = new Int32Array(length);
  const share = new Float64Array(length);
  for (let at = 0; at < length; at++) {
    const place = at / tileLength - 0.5;
    const first = Math.floor(place);
    before[at] = Math.max(first, 0);
    after[at] = Math.min(first + 1, tiles - 1);
    share[at] = place - first;
  }
  return { before, after, share };
}
