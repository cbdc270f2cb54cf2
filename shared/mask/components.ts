/**
 * Connected components by two passes with union-find, and hole filling, which is a question about the components of the
 * background.
 */
import { complement } from './mask';
import type { Mask } from './mask';

/** 4: pixels that share an edge are connected; 8: also those that share a corner. */
export type Connectivity = 4 | 8;

export interface Components {
  /** [heightPx, widthPx]: 0 on the background, else the component's number, from 1 in order of the first pixel. */
  readonly labels: Int32Array;
  /** `areasPx[n - 1]` is the number of pixels of component n. */
  readonly areasPx: readonly number[];
}

function rootOf(parent: Int32Array, label: number): number {
  let root = label;
  while ((parent[root] as number) !== root) {
    parent[root] = parent[parent[root] as number] as number;
    root = parent[root] as number;
  }
  return root;
}

/** The smaller of two neighbours' labels, their sets joined; 0 stands for no neighbour. */
function join(parent: Int32Array, a: number, b: number): number {
  if (a === 0 || b === 0 || a === b) return a + (a === b ? 0 : b);
  const rootA = rootOf(parent, a);
  const rootB = rootOf(parent, b);
  const root = Math.min(rootA, rootB);
  parent[rootA] = root;
  parent[rootB] = root;
  return root;
}

/** Labels each connected component of the mask (numbers and order as `scipy.ndimage.label`). */
export function connectedComponents(mask: Mask, connectivity: Connectivity): Components {
  const { widthPx, heightPx, data } = mask;
  const labels = new Int32Array(data.length);
  // A new label needs a pixel whose left neighbour is none: at most every other pixel.
  const parent = new Int32Array(Math.ceil(widthPx / 2) * heightPx + 1);
  let used = 0;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const i = y * widthPx + x;
      if (data[i] === 0) continue;
      let label = x > 0 ? (labels[i - 1] as number) : 0;
      if (y > 0) {
        label = join(parent, label, labels[i - widthPx] as number);
        if (connectivity === 8) {
          if (x > 0) label = join(parent, label, labels[i - widthPx - 1] as number);
          if (x < widthPx - 1) label = join(parent, label, labels[i - widthPx + 1] as number);
        }
      }
      if (label === 0) {
        used++;
        parent[used] = used;
        label = used;
      }
      labels[i] = label;
    }
  }
  return renumber(labels, parent, used);
}

/** Replaces provisional labels by consecutive numbers, in place, and counts pixels. */
function renumber(labels: Int32Array, parent: Int32Array, used: number): Components {
  const numberOf = new Int32Array(used + 1);
  let count = 0;
  // A set's root is its smallest label, so it has its number before the others ask for it.
  for (let label = 1; label <= used; label++) {
    const root = rootOf(parent, label);
    numberOf[label] = root === label ? ++count : (numberOf[root] as number);
  }
  const areasPx = new Array<number>(count).fill(0);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] as number;
    if (label === 0) continue;
    const number = numberOf[label] as number;
    labels[i] = number;
    areasPx[number - 1] = (areasPx[number - 1] as number) + 1;
  }
  return { labels, areasPx };
}

/** Sets every background pixel that no path of shared edges leads out of the image from (`binary_fill_holes` of scipy). */
export function fillHoles(mask: Mask): Mask {
  const { widthPx, heightPx } = mask;
  const { labels, areasPx } = connectedComponents(complement(mask), 4);
  const open = new Uint8Array(areasPx.length + 1);
  for (let x = 0; x < widthPx; x++) {
    open[labels[x] as number] = 1;
    open[labels[(heightPx - 1) * widthPx + x] as number] = 1;
  }
  for (let y = 0; y < heightPx; y++) {
    open[labels[y * widthPx] as number] = 1;
    open[labels[y * widthPx + widthPx - 1] as number] = 1;
  }
  // Label 0 is the mask itself.
  open[0] = 0;
  const data = new Uint8Array(labels.length);
  for (let i = 0; i < data.length; i++) data[i] = open[labels[i] as number] === 1 ? 0 : 1;
  return { widthPx, heightPx, data };
}
