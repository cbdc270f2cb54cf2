/** DICOM Segmentation as highdicom, pydicom and dciodvfy see it: every mask on its source frame, pixel by pixel. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import { openImage } from '../../../../main/study';
import type { ExportRequest, ExportResult } from '../../../../shared/ipc';
import type { Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { type DicomCase, type LabelledMask, projectOfDicom, ultrasound } from './project-of-dicom';
import { drawn, HARD_CASES, projectOf } from './project-of-masks';

const folder = mkdtempSync(join(tmpdir(), 'dicom-seg-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(name: string, cases: readonly DicomCase[]): Promise<ExportResult> {
  const home = join(folder, name);
  mkdirSync(home);
  const store = await projectOfDicom(home, cases);
  const request: ExportRequest = { folder: home, formats: ['dicom-seg'], include: 'accepted', manifest: 'none' };
  const tools = { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' };
  const result = await exportProject(store, request, tools);
  await store.close();
  return result;
}

/** Each file's masks: label and source frame with the rows, and the errors of reading it as others do. */
const READ_SEG = `
import json, sys, highdicom, numpy as np, pydicom
out = {}
for path in json.load(sys.stdin):
  seg = highdicom.seg.segread(path)
  ds = pydicom.dcmread(path)
  assert np.array_equal(ds.pixel_array.reshape(seg.pixel_array.shape), seg.pixel_array)
  (study, series, sop), = seg.get_source_image_uids()
  frames = [int(f.DerivationImageSequence[0].SourceImageSequence[0].get('ReferencedFrameNumber', 0)) for f in seg.PerFrameFunctionalGroupsSequence]
  masks = []
  for number in sorted(set(frames)):
    if number > 0:
      pixels = seg.get_pixels_by_source_frame(sop, [number], assert_missing_frames_are_empty=True)
    else:
      pixels = seg.get_pixels_by_source_instance([sop])
    for segment in seg.segment_numbers:
      rows = pixels[0, :, :, segment - 1]
      if rows.any():
        masks.append([max(number, 1), seg.get_segment_description(segment).segment_label, rows.astype(int).tolist()])
  out[path] = {'masks': masks, 'source': str(sop), 'study': str(study), 'patient': str(ds.PatientName), 'id': ds.PatientID,
    'date': ds.StudyDate, 'description': ds.get('StudyDescription', ''), 'type': ds.SegmentSequence[0].SegmentAlgorithmType}
print(json.dumps(out))
`;
type Read = Record<string, { masks: [number, string, number[][]][]; source: string; [about: string]: unknown }>;

const filesOf = ({ folder: out }: ExportResult): string[] =>
  readdirSync(join(out, 'dicom-seg'), { recursive: true })
    .map((name) => join(out, 'dicom-seg', String(name)))
    .filter((path) => path.endsWith('.dcm'));
const rowsOf = ({ widthPx, heightPx, data }: Mask): number[][] =>
  Array.from({ length: heightPx }, (_, y) => [...data.subarray(y * widthPx, (y + 1) * widthPx)]);
const wantedOf = (masks: DicomCase['masks']): string[] =>
  masks.flatMap((each, i) => each.map(([label, mask]) => JSON.stringify([i + 1, label, rowsOf(mask)]))).sort();

const dciodvfy = spawnSync('dciodvfy', ['-version']).error === undefined;
const errorsOf = (path: string): string[] =>
  spawnSync('dciodvfy', [path], { encoding: 'utf8' })
    .stderr.split('\n')
    .filter((line) => line.startsWith('Error'));

const SQUARE = drawn('..... .###. .###. .....');
const LOOP: LabelledMask[][] = [
  [['lesion', SQUARE]],
  [],
  [
    ['cyst', drawn('##### ..... ..... #...#')],
    ['lesion', SQUARE],
    ['lesion', drawn('..... ...## ...## .....')],
  ],
];

describeWithPython('a DICOM segmentation', () => {
  const stills = HARD_CASES.map(({ path, masks }, n) => ({
    path: path.replace('.png', '.dcm'),
    file: ultrasound(n, [masks]),
    masks: [masks],
  }));
  const cases = [...stills, { path: 'loop', file: ultrasound(50, LOOP), masks: LOOP }];

  test('has each mask of each frame, read by highdicom and pydicom, whatever its shape and overlap', async () => {
    const result = await exported('hard', cases);
    const files = filesOf(result);
    expect(result).toMatchObject({ losses: [], warnings: [] });
    expect(files.map((path) => basename(path)).sort()).toEqual(
      cases.map(({ path }) => `${basename(path, '.dcm')}.dcm`).sort(),
    );
    const read = runPython(READ_SEG, files) as Read;
    for (const [n, { path, masks }] of cases.entries()) {
      const [file] = files.filter((name) => name.endsWith(`${basename(path, '.dcm')}.dcm`));
      const { masks: found, ...about } = read[file!]!;
      expect(found.map((each) => JSON.stringify(each)).sort()).toEqual(wantedOf(masks));
      const number = path === 'loop' ? 50 : n;
      expect(about).toEqual({
        ...{ source: `1.2.3.1.${number}`, study: `1.2.3.2.${number}`, id: `PAT${number}` },
        ...{ patient: `Müller^Anna${number}`, date: '20260102', description: 'Scan of Müller', type: 'MANUAL' },
      });
      if (dciodvfy) expect(errorsOf(file!)).toEqual([]);
    }
  });

  const title = `on pydicom's ultrasound has no error by dciodvfy${dciodvfy ? '' : ' (skipped: no dciodvfy)'}`;
  test.skipIf(!dciodvfy)(title, async () => {
    const program = `
import json, os, pydicom
home = os.path.join(os.path.dirname(pydicom.__file__), 'data', 'test_files')
print(json.dumps([os.path.join(home, n) for n in ('examples_jpeg2k.dcm', 'examples_palette.dcm', 'examples_rgb_color.dcm', 'examples_ybr_color.dcm')]))
`;
    const sources = await Promise.all(
      (runPython(program, null) as string[]).map(async (path): Promise<DicomCase> => {
        const { widthPx = 0, heightPx = 0, metadata } = await openImage(path);
        const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) => (i % 7 === 0 ? 1 : 0));
        const mask = ['lesion', { widthPx, heightPx, data }] as const;
        const masks = Array.from({ length: metadata.frameCount }, (_, i) => (i < 3 ? [mask] : []));
        return { path: basename(path), file: readFileSync(path), masks };
      }),
    );
    expect(sources.some(({ masks }) => masks.length > 1) && sources.some(({ masks }) => masks.length === 1)).toBe(true);
    const files = filesOf(await exported('ultrasound', sources));
    expect(files).toHaveLength(sources.length);
    for (const file of files) expect(errorsOf(file)).toEqual([]);
    const read = runPython(READ_SEG, files) as Read;
    for (const { path, masks } of sources) {
      const found = Object.entries(read).find(([file]) => file.endsWith(path))![1].masks;
      expect(found.map((each) => JSON.stringify(each)).sort()).toEqual(wantedOf(masks));
    }
  });
});

const READ_TYPES = `
import json, sys, highdicom
seg = highdicom.seg.segread(json.load(sys.stdin)[0])
pair = lambda c: [c.value, c.scheme_designator, c.meaning]
types = {}
for n in seg.segment_numbers:
  d = seg.get_segment_description(n)
  types[d.segment_label] = [pair(d.segmented_property_category), pair(d.segmented_property_type), [pair(r) for r in d.anatomic_regions]]
print(json.dumps(types))
`;
/** Each name with its category, type and region, as pydicom's dictionary of PS3.16 knows them. */
const KNOWN_CONCEPTS = `
import json, sys
from pydicom.sr.codedict import codes
meant = lambda cid, keyword: [getattr(getattr(codes, cid), keyword)[i] for i in (0, 1, 2)]
print(json.dumps({name: [meant('CID7150', c), meant('CID7151', t), [meant('CID7151', r) for r in rs]] for name, (c, t, rs) in json.load(sys.stdin).items()}))
`;

describeWithPython('the segments of known labels', () => {
  const [ABNORMAL, ANATOMICAL] = ['MorphologicallyAbnormalStructure', 'AnatomicalStructure'];
  const MEANT = {
    'Breast lesion': [ABNORMAL, 'Lesion', ['Breast']],
    thyroid_nodule: [ABNORMAL, 'Nodule', ['Thyroid']],
    cyst: [ABNORMAL, 'Cyst', []],
    'Liver tumour': [ABNORMAL, 'Neoplasm', ['Liver']],
    'Fetal head': [ANATOMICAL, 'Head', []],
    'LV cavity': [ANATOMICAL, 'LeftVentricle', []],
    'left atrium': [ANATOMICAL, 'LeftAtrium', []],
    kidney: [ANATOMICAL, 'Kidney', []],
    'gallbladder mass': [ABNORMAL, 'Mass', ['Gallbladder']],
    'muscle mass': ['Tissue', 'Tissue', []],
    'no lesion': ['Tissue', 'Tissue', []],
    constructor: ['Tissue', 'Tissue', []],
  };

  test('have the coded category, type and region that PS3.16 has for them; any other name is tissue', async () => {
    const masks = [Object.keys(MEANT).map((label) => [label, SQUARE] as const)];
    const files = filesOf(await exported('types', [{ path: 'types', file: ultrasound(60, masks), masks }]));
    expect(files).toHaveLength(1);
    expect(runPython(READ_TYPES, files)).toEqual(runPython(KNOWN_CONCEPTS, MEANT));
    if (dciodvfy) expect(errorsOf(files[0]!)).toEqual([]);
  });
});

test('leaves out images that are not DICOM, and says so', async () => {
  const home = join(folder, 'png');
  mkdirSync(home);
  const store = await projectOf(home, HARD_CASES.slice(0, 2));
  const result = await exportProject(
    store,
    { folder: home, formats: ['dicom-seg'], include: 'accepted', manifest: 'none' },
    { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
  );
  await store.close();
  expect(result.losses.map(({ kind, path }) => [kind, path])).toEqual([
    ['no-dicom', 'p1/holes.png'],
    ['no-dicom', 'p2/pixel.png'],
  ]);
});
