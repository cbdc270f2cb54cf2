/** Imports of DICOM Segmentation: ours and highdicom's, on the frames they name, pixel by pixel; what is not is told. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import { importMasks, readMasks } from '../../../../main/import';
import type { ProjectStore } from '../../../../main/project';
import type { ImportReport } from '../../../../shared/ipc';
import { cocoRle, emptyMask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { type DicomCase, projectOfDicom, ultrasound } from '../export/project-of-dicom';
import { drawn, framesOf, HARD_CASES, projectOf } from '../export/project-of-masks';

const folder = mkdtempSync(join(tmpdir(), 'import-seg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

function home(name: string): string {
  mkdirSync(join(folder, name));
  return join(folder, name);
}

function run(store: ProjectStore, ...paths: string[]): Promise<ImportReport> {
  const tools = { ...quiet, user: 'Dr. Li', read: readMasks, open: () => Promise.resolve() };
  return importMasks(store, { paths, label: 'mask' }, { ...tools, save: (edit) => store.masks.save(edit) });
}

/** Label and pixels of the masks of each frame. */
async function stored(store: ProjectStore): Promise<Record<string, string[]>> {
  const labels = new Map((await store.labels.list()).map(({ id, name }) => [id, name]));
  const all: Record<string, string[]> = {};
  for (const { id, relativePath, frameIndex } of await framesOf(store)) {
    const masks = await store.masks.ofFrame(id);
    if (masks.length === 0) continue;
    all[`${relativePath} ${frameIndex}`] = masks
      .map(({ labelId, current }) => `${labels.get(labelId)} ${current.rle.counts}`)
      .sort();
  }
  return all;
}

const wantedOf = (cases: readonly DicomCase[]): Record<string, string[]> =>
  Object.fromEntries(
    cases.flatMap(({ path, masks }) =>
      masks.flatMap((each, i) =>
        each.length === 0
          ? []
          : [[`${path} ${i}`, each.map(([label, mask]) => `${label} ${cocoRle(mask).counts}`).sort()]],
      ),
    ),
  );

const SQUARE = drawn('..... .###. .###. .....');
const LOOP: DicomCase['masks'] = [
  [['lesion', SQUARE]],
  [],
  [
    ['cyst', drawn('##### ..... ..... #...#')],
    ['lesion', SQUARE],
    ['lesion', drawn('..... ...## ...## .....')],
  ],
];
const CASES: DicomCase[] = [
  ...HARD_CASES.map(({ path, masks }, n) => ({
    path: path.replace('.png', '.dcm'),
    file: ultrasound(n, [masks]),
    masks: [masks],
  })),
  { path: 'loop', file: ultrasound(50, LOOP), masks: LOOP },
];

describe('what SonoMask exports', () => {
  let out: string;
  let segmentations: string;

  beforeAll(async () => {
    const store = await projectOfDicom(home('export'), CASES);
    const request = { folder, include: 'accepted', manifest: 'none' } as const;
    out = (
      await exportProject(store, { ...request, formats: ['dicom-seg'] }, { ...quiet, write: writeExport, user: 'Ann' })
    ).folder;
    segmentations = join(out, 'dicom-seg');
    await store.close();
  });

  test('it imports as it was, whatever the files are called, beside the images', async () => {
    const others = home('others');
    for (const [i, name] of readdirSync(segmentations, { recursive: true, encoding: 'utf8' }).entries()) {
      const path = join(segmentations, name);
      if (path.endsWith('.dcm')) copyFileSync(path, join(others, i % 2 === 0 ? `IM${i}` : `1.2.3.${i}`));
    }
    writeFileSync(join(others, 'image.dcm'), CASES[0]!.file);
    const store = await projectOfDicom(home('import'), CASES, false);
    const report = await run(store, others);
    expect(report).toMatchObject({ problems: [], newLabels: [] });
    expect(await stored(store)).toEqual(wantedOf(CASES));
    await store.close();
  });

  test('is on no other image that is called alike, but on a picture of that name', async () => {
    const other = ultrasound(99, [CASES[0]!.masks[0]!]);
    const store = await projectOfDicom(home('alike'), [{ ...CASES[0]!, file: other }], false);
    const file = join(segmentations, 'p1', 'holes.dcm');
    expect((await run(store, file)).problems).toMatchObject([{ kind: 'no-frame', detail: '1.2.3.1.0' }]);
    await store.close();
    const pictures = await projectOf(home('pictures'), HARD_CASES.slice(0, 1), false);
    expect(await run(pictures, file)).toMatchObject({ masks: 1, problems: [] });
    await pictures.close();
  });
});

/** A segmentation by highdicom, a segment a label. */
const WRITE_SEG = `
import json, sys, numpy as np, highdicom as hd, pydicom
from pydicom.sr.codedict import codes
about = json.load(sys.stdin)
source = pydicom.dcmread(about['source'])
for name in ('PatientBirthDate', 'PatientSex', 'AccessionNumber', 'StudyID', 'StudyTime', 'ReferringPhysicianName', 'PatientOrientation'):
  if name not in source: setattr(source, name, '')
source.file_meta.MediaStorageSOPClassUID = source.SOPClassUID
pixels = np.array(about['pixels'], dtype=float if about['type'] == 'FRACTIONAL' else np.uint8)
segments = [hd.seg.SegmentDescription(i + 1, name, codes.SCT.Tissue, codes.SCT.Tissue, hd.seg.SegmentAlgorithmTypeValues.MANUAL)
  for i, name in enumerate(about['labels'])]
seg = hd.seg.Segmentation([source], pixels, about['type'], segments, hd.UID(), 1, hd.UID(), 1, 'm', 'n', '1', '2', omit_empty_frames=about['omit'])
seg.save_as(about['out'])
print('null')
`;

describeWithPython('what highdicom writes', () => {
  // Of loops without a frame of reference highdicom writes none.
  const names = ['lesion', 'Zyste', 'shadow', 'nothing'];
  const masks = [
    drawn('##.....#. ..#.##... ######### #...#...# ....##...'),
    drawn('......... ......... ......... ......... .......##'),
    drawn('#........ ..#.##... ......... ......... ........#'),
    emptyMask(9, 5),
  ];
  const source: DicomCase = { path: 'a.dcm', file: ultrasound(7, [[['lesion', masks[0]!]]]), masks: [] };
  const written = (type: string, omit: boolean): string => {
    const [image, out] = [join(folder, 'highdicom source.dcm'), join(folder, `highdicom-${type}-${omit}.dcm`)];
    writeFileSync(image, source.file);
    // [frame, row, column, segment]
    const pixels = [
      Array.from({ length: 5 }, (_, y) =>
        Array.from({ length: 9 }, (_, x) => masks.map(({ data }) => data[9 * y + x])),
      ),
    ];
    runPython(WRITE_SEG, { source: image, out, pixels, labels: names, type, omit });
    return out;
  };

  test.each([true, false])('is imported, of 45 bits a frame; without empty frames: %s', async (omit) => {
    const file = written('BINARY', omit);
    const store = await projectOfDicom(home(`highdicom ${omit}`), [source], false);
    expect(await run(store, file)).toMatchObject({ masks: 3, problems: [], newLabels: ['Zyste', 'shadow'] });
    const wanted = masks.slice(0, 3).map((mask, i) => `${names[i]} ${cocoRle(mask).counts}`);
    expect(await stored(store)).toEqual({ 'a.dcm 0': wanted.sort() });
    await store.close();
  });

  test('is refused with its reason where it is of probabilities', async () => {
    const file = written('FRACTIONAL', true);
    const store = await projectOfDicom(home('fractional'), CASES.slice(0, 1), false);
    const { masks: none, problems } = await run(store, file);
    expect([none, problems]).toEqual([0, [expect.objectContaining({ kind: 'unreadable' })]]);
    expect(problems[0]!.detail).toContain('FRACTIONAL');
    const cut = join(folder, 'cut.dcm');
    writeFileSync(cut, readFileSync(file).subarray(0, 900));
    expect((await run(store, cut)).problems).toMatchObject([{ kind: 'unreadable' }]);
    await store.close();
  });
});
