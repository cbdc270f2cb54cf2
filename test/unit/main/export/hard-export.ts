/** What the tests of formats share: one export of the hard masks in every format, and what they should be. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import type { ProjectStore } from '../../../../main/project';
import { type ExportFormat, type ExportResult } from '../../../../shared/ipc';
import { areaPx, type Mask } from '../../../../shared/mask';
import { runPython } from '../../../support/python-venv';
import { HARD_CASES, LABELS, projectOf } from './project-of-masks';

export interface HardExport {
  folder: string;
  store: ProjectStore;
  result: ExportResult;
}

/** Made before the tests of a file and removed after them: its fields are there within tests. */
export function hardExport(formats: readonly ExportFormat[]): HardExport {
  const made = {} as HardExport;
  beforeAll(async () => {
    made.folder = mkdtempSync(join(tmpdir(), 'formats-'));
    made.store = await projectOf(made.folder, HARD_CASES);
    made.result = await exportProject(
      made.store,
      {
        ...{ folder: made.folder, formats: [...formats], include: 'accepted', manifest: 'readers' },
        split: { train: 50, val: 25, test: 25 },
      },
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
    );
  });
  afterAll(async () => {
    await made.store.close();
    rmSync(made.folder, { recursive: true, force: true });
  });
  return made;
}

export type Rows = number[][];
export const rowsOf = ({ widthPx, heightPx, data }: Mask): Rows =>
  Array.from({ length: heightPx }, (_, y) => [...data.subarray(y * widthPx, (y + 1) * widthPx)]);
export const flatName = (path: string) => path.replace('.png', '').replace('/', '_');

/** Label numbers of a frame where the smaller mask is on top. */
export function expectedMap(
  masks: readonly (readonly [string, Mask])[],
  value: (i: number, label: string) => number,
): Rows {
  const order = masks.map(([label, mask], i) => ({ label, mask, i })).sort((a, b) => areaPx(b.mask) - areaPx(a.mask));
  const rows = rowsOf(masks[0]![1]).map((row) => row.map(() => 0));
  for (const { label, mask, i } of order) {
    rowsOf(mask).forEach((row, y) => row.forEach((set, x) => set && (rows[y]![x] = value(i, label))));
  }
  return rows;
}
export const classOf = (_: number, label: string) => LABELS.indexOf(label) + 1;

export const READ_IMAGES = `
import json, sys
import numpy as np
from PIL import Image
out = {}
for key, path in json.load(sys.stdin).items():
  image = Image.open(path)
  out[key] = {'mode': image.mode, 'rows': np.asarray(image).tolist()}
print(json.dumps(out))
`;
export type Images = Record<string, { mode: string; rows: Rows }>;
export const readImages = (pathOf: (path: string) => string): Images =>
  runPython(READ_IMAGES, Object.fromEntries(HARD_CASES.map(({ path }) => [path, pathOf(path)]))) as Images;
