/** Exports with de-identified source images: nothing names the patient in any file, and every format speaks of the copies. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { exportPictures, exportProject, writeExport } from '../../../../main/export';
import { readDicomHeader, readImage } from '../../../../main/study';
import { EXPORT_FORMATS, type ExportRequest, type ExportResult } from '../../../../shared/ipc';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { projectOfDicom, ultrasound, type DicomCase } from './project-of-dicom';
import { drawn, HARD_CASES, projectOf } from './project-of-masks';

const folder = mkdtempSync(join(tmpdir(), 'copy-images-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SQUARE = drawn('........ ..###... ..###... ........');
const LOOP: DicomCase['masks'] = [[['lesion', SQUARE]], [['cyst', SQUARE]]];
const CASES: DicomCase[] = [
  { path: 'Mueller Anna/loop.dcm', file: ultrasound(4, LOOP), masks: LOOP },
  { path: 'Mueller Anna/still.dcm', file: ultrasound(5, [LOOP[0]!]), masks: [LOOP[0]!] },
];

async function exported(
  name: string,
  images: NonNullable<ExportRequest['images']>,
  open: (home: string) => ReturnType<typeof projectOf>,
  formats: ExportRequest['formats'] = ['us30k'],
): Promise<ExportResult> {
  const home = join(folder, name);
  mkdirSync(home);
  const store = await open(home);
  const request: ExportRequest = {
    folder: home,
    formats,
    include: 'accepted',
    manifest: 'plain',
    images,
  };
  const tools = { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' };
  const result = await exportProject(store, request, tools);
  const { files, failedCount: leftOut, textCount: textLikely } = result.images!;
  const deidentified = { files, leftOut, textLikely, blanked: images?.keep !== 'everything' };
  expect(await store.audit.latest(1)).toMatchObject([
    { user: 'Ann', action: 'export', subject: result.folder, detail: { formats, deidentified } },
  ]);
  await store.close();
  return result;
}

const filesIn = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(root, name)).isFile());
/** Names of files and all that they hold. */
const everything = (root: string): string =>
  filesIn(root)
    .map((name) => `${name}\n${readFileSync(join(root, name)).toString('latin1')}`)
    .join('\n');

/** The SOP Instance UID that a DICOM SEG refers to. */
async function sourceOf(path: string): Promise<string | undefined> {
  const header = await readDicomHeader(path);
  const item = header.elements['x00081115']!.items![0]!.dataSet!.elements['x0008114a']!.items![0]!.dataSet!;
  return item.string('x00081155');
}

describe('an export with de-identified images', () => {
  test('names no patient, number, study or old UID in any file of any format', async () => {
    const result = await exported('dicom', { keep: 'everything' }, (home) => projectOfDicom(home, CASES), [
      ...EXPORT_FORMATS,
    ]);
    expect(result).toMatchObject({ frames: 3, masks: 3, images: { files: 2, decompressed: 0, failedCount: 0 } });
    expect(result.losses.filter(({ kind }) => kind === 'no-pixels' || kind === 'no-dicom')).toEqual([]);
    expect(basename(result.folder)).toBe('Deidentified masks');
    const all = everything(result.folder);
    for (const secret of [
      'Mueller',
      'ller^Anna',
      'PAT4',
      'PAT5',
      '1.2.3.1.',
      '1.2.3.2.',
      '1.2.3.3.',
      '20260102',
      'Dicom',
    ]) {
      expect([secret, all.includes(secret)]).toEqual([secret, false]);
    }
    const copies = filesIn(join(result.folder, 'images'));
    const instances = copies.map((name) => name.replace('.dcm', '')).sort();
    const named = await Promise.all(
      filesIn(join(result.folder, 'dicom-seg')).map((name) => sourceOf(join(result.folder, 'dicom-seg', name))),
    );
    expect(named.sort()).toEqual(instances);
    const coco = JSON.parse(readFileSync(join(result.folder, 'coco.json'), 'utf8')) as {
      images: { file_name: string }[];
    };
    for (const { file_name: name } of coco.images) expect(name).toMatch(/2\.25\.\d+(\.dcm|-frame-\d+\.png)$/);
    expect(readFileSync(join(result.folder, 'measurements.csv'), 'utf8')).toMatch(/\nSM[0-9A-F]{12},,,/);
  });

  test('blacks out all but given pixels, in DICOM and PNG, and the formats have these pictures', async () => {
    const keep = [{ x0: 2, y0: 1, x1: 5, y1: 3 }];
    const dicom = await exported('rectangle', { keep }, (home) => projectOfDicom(home, CASES));
    const [first] = filesIn(join(dicom.folder, 'images'));
    const { frame } = await readImage(join(dicom.folder, 'images', first!), 0);
    expect([...frame.data].every((value, i) => SQUARE.data[i] === 1 || value === 0)).toBe(true);
    expect([...frame.data].some((value) => value > 0)).toBe(true);
    expect(dicom.losses.filter(({ kind }) => kind === 'no-pixels')).toEqual([]);
    const png = await exported('png', { keep }, (home) => projectOf(home, HARD_CASES.slice(0, 3)));
    expect(png).toMatchObject({ frames: 3, images: { files: 3, failedCount: 0 } });
    expect(everything(png.folder)).not.toMatch(/holes|Hard|p1\//);
  });

  test('keeps an area of the pictures of one size or of one series, and leaves out those it is not for', async () => {
    const area = { x0: 2, y0: 1, x1: 5, y1: 3 };
    const sized = { widthPx: 8, heightPx: 4 };
    const bySize = [{ ...area, only: sized }];
    const all = await exported('sized', { keep: bySize }, (home) => projectOfDicom(home, CASES));
    expect(all.images).toMatchObject({ files: 2, failedCount: 0 });
    const none = [{ ...area, only: { ...sized, widthPx: 9 } }];
    const other = await exported('other size', { keep: none }, (home) => projectOfDicom(home, CASES));
    expect(other).toMatchObject({ frames: 0, masks: 0, images: { files: 0, failedCount: 2 } });
    const series = await exported('series', { keep: [{ ...area, only: { ...sized, seriesId: 1 } }] }, (home) =>
      projectOfDicom(home, CASES),
    );
    expect(series.images).toMatchObject({ files: 1, failedCount: 1 });
    expect(series.images?.failed[0]?.message).toContain('no area to keep was given for pictures of 8x4 px');
  });

  test('says which pictures there are to draw on, by series and size', async () => {
    const home = join(folder, 'pictures');
    mkdirSync(home);
    const store = await projectOfDicom(home, CASES);
    const pictures = await exportPictures(store, 'accepted');
    await store.close();
    expect(pictures).toMatchObject([1, 2].map((seriesId) => ({ seriesId, widthPx: 8, heightPx: 4, imageCount: 1 })));
    expect(pictures.map(({ frameIds }) => frameIds.length)).toEqual([1, 1]);
  });

  test('names blanked copies anew, in DICOM SEG as well, under the same key', async () => {
    const home = join(folder, 'twice');
    mkdirSync(home);
    const store = await projectOfDicom(home, CASES);
    const instances = async (keep: NonNullable<ExportRequest['images']>['keep']) => {
      const request = { folder: home, formats: ['dicom-seg'], include: 'accepted', manifest: 'none', images: { keep } };
      const tools = {
        signal: new AbortController().signal,
        onProgress: () => undefined,
        write: writeExport,
        user: 'Ann',
      };
      const { folder: out } = await exportProject(store, request as ExportRequest, tools);
      const named = await Promise.all(
        filesIn(join(out, 'dicom-seg')).map((name) => sourceOf(join(out, 'dicom-seg', name))),
      );
      const copies = filesIn(join(out, 'images')).map((name) => name.replace('.dcm', ''));
      expect(named.sort()).toEqual(copies.sort());
      return copies;
    };
    const [whole, blanked] = [await instances('everything'), await instances([{ x0: 2, y0: 1, x1: 5, y1: 3 }])];
    await store.close();
    expect(whole).toHaveLength(2);
    expect(blanked.filter((uid) => whole.includes(uid))).toEqual([]);
  });

  test('leaves out what cannot be blacked out, with its masks, and says so', async () => {
    const result = await exported('regions', { keep: 'regions' }, (home) => projectOf(home, HARD_CASES.slice(0, 2)));
    expect(result).toMatchObject({ frames: 0, masks: 0, images: { files: 0, failedCount: 2 } });
    expect(result.images?.failed.map(({ path, code }) => [path, code])).toEqual([
      ['p1/holes.png', 'format-unknown'],
      ['p2/pixel.png', 'format-unknown'],
    ]);
  });
});

const EXAMPLES = `
import json, os, pydicom
home = os.path.join(os.path.dirname(pydicom.__file__), 'data', 'test_files')
print(json.dumps([os.path.join(home, n) for n in ('examples_jpeg2k.dcm', 'examples_ybr_color.dcm')]))
`;
const READ = `
import json, sys, pydicom
out = []
for path in json.load(sys.stdin):
  ds = pydicom.dcmread(path)
  pixels = ds.pixel_array
  rows = pixels[0] if ds.get('NumberOfFrames', 1) > 1 else pixels
  out.append([str(ds.file_meta.TransferSyntaxUID), int(rows[0, 0].max()) if ds.PhotometricInterpretation == 'RGB' else int(rows[0, 0].flat[0]), bool(rows[100:140, 100:140].any())])
print(json.dumps(out))
`;

describeWithPython('compressed images', () => {
  test('are blacked out as well, stored uncompressed, and read by pydicom', async () => {
    const paths = runPython(EXAMPLES, null) as string[];
    const cases = await Promise.all(
      paths.map(async (path): Promise<DicomCase> => {
        const { widthPx, heightPx } = (await readImage(path, 0)).frame;
        const data = new Uint8Array(widthPx * heightPx).fill(1, 0, 9);
        const masks = [[['lesion', { widthPx, heightPx, data }] as const]];
        return { path: basename(path), file: readFileSync(path), masks };
      }),
    );
    const keep = [{ x0: 80, y0: 80, x1: 200, y1: 200 }];
    const result = await exported('compressed', { keep }, (home) => projectOfDicom(home, cases));
    expect(result.images).toMatchObject({ files: 2, decompressed: 2, failed: [] });
    const files = filesIn(join(result.folder, 'images')).map((name) => join(result.folder, 'images', name));
    expect(runPython(READ, files)).toEqual(files.map(() => ['1.2.840.10008.1.2.1', 0, true]));
  });
});
