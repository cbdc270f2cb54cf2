/**
 * YOLO segmentation: a .txt a frame, a line a mask: class, then a polygon in shares of width and height. Classes are named
 * by data.yaml in the folder or above it. Boxes, which have four numbers, are no masks.
 */
import { dirname, join } from 'node:path';
import { shortText } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import { rasterizePolygon } from '../../../shared/mask';
import { isInside } from '../../study';
import type { FoundMask, MaskFile, MaskReader } from '../found-mask';
import { readInside } from '../mask-files';

export const readYolo: MaskReader = async (file, { problem, fallback }) => {
  const text = (await readInside(file.root, file.path)).toString('utf8');
  const names = await classNames(file);
  const found: FoundMask[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [label = NaN, ...shares] = line.trim().split(/\s+/).map(Number);
    if (!Number.isInteger(label) || label < 0 || !shares.every(Number.isFinite)) {
      throw new AppError('format-corrupt', file.path, `${file.path}: line ${i + 1} is not a class with numbers`);
    }
    if (shares.length < 6 || shares.length % 2 !== 0) {
      problem('unsupported', `line ${i + 1}: ${shares.length} numbers are no polygon`);
      continue;
    }
    found.push({
      image: file.relativePath,
      label: names.get(label) ?? (label === 0 ? null : `${fallback} ${label}`),
      draw: (widthPx, heightPx) => {
        const ring = shares.map((share, k) => grid(share * (k % 2 === 0 ? widthPx : heightPx)));
        return rasterizePolygon([ring], widthPx, heightPx);
      },
    });
  }
  return found;
};

/** Shares are rounded when they are written: what is this near to a pixel's edge means it. */
function grid(at: number): number {
  const whole = Math.round(at);
  return Math.abs(at - whole) < 1e-3 ? whole : at;
}

/** Of data.yaml: `names: [a, b]`, or below `names:` lines of `0: a` or `- a`. */
async function classNames({ path, root }: MaskFile): Promise<ReadonlyMap<number, string>> {
  for (let folder = dirname(path); isInside(folder, root); folder = dirname(folder)) {
    for (const name of ['data.yaml', 'data.yml', 'dataset.yaml']) {
      const bytes = await readInside(root, join(folder, name)).catch(() => undefined);
      if (bytes) return namesIn(bytes.toString('utf8'));
    }
    if (folder === dirname(folder)) break;
  }
  return new Map();
}

function namesIn(yaml: string): Map<number, string> {
  const [, rest = ''] = yaml.split(/^names:[ \t]*/m);
  const names = new Map<number, string>();
  const add = (value: number, text: string): void => {
    const name = shortText.safeParse(text.trim().replace(/^(["'])(.*)\1$/, '$2'));
    if (name.success) names.set(value, name.data);
  };
  const inline = /^\[([^\]]*)\]/.exec(rest);
  if (inline) (inline[1] ?? '').split(',').forEach((text, i) => add(i, text));
  else {
    for (const line of rest.replace(/^\r?\n/, '').split(/\r?\n/)) {
      const entry = /^\s*(?:-|(\d+)\s*:)\s+(.+)$/.exec(line);
      if (!entry) break;
      add(entry[1] === undefined ? names.size : Number(entry[1]), entry[2] ?? '');
    }
  }
  return names;
}
