/** Masks as images and tables, read by an independent tool, against the masks as they are in the project, pixel by pixel. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import { EXPORT_FORMATS } from '../../../../shared/ipc';
import { areaPx } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { classOf, expectedMap, hardExport, readImages, rowsOf, READ_IMAGES, type Images } from './hard-export';
import { drawn, HARD_CASES, LABELS, projectOf } from './project-of-masks';

const all = hardExport(EXPORT_FORMATS);

describe('an export of everything', () => {
  test('counts frames, masks and sets', () => {
    expect(all.result).toMatchObject({ frames: 7, masks: 9, warnings: [], withoutPatient: 0 });
    expect(Object.values(all.result.sets!).reduce((sum, n) => sum + n, 0)).toBe(7);
    expect(Object.values(all.result.sets!).every((n) => n > 0)).toBe(true);
  });

  test('says what a format could not hold, mask by mask', () => {
    const of = (format: string) =>
      all.result.losses.filter((loss) => loss.format === format).map(({ kind, path, label }) => [kind, path, label]);
    expect(of('yolo')).toEqual([
      ['bridged', 'p1/holes.png', 'lesion'],
      ['bridged', 'p3/borders.png', 'cyst'],
      ['bridged', 'p5/column.png', 'cyst'],
    ]);
    expect(of('coco-polygon').map(([, path]) => path)).toEqual(['p1/holes.png', 'p3/borders.png']);
    expect(of('nnunet')).toEqual([
      ['overlap', 'p4/overlap.png', 'lesion'],
      ['overlap', 'p4/overlap.png', 'lesion'],
    ]);
    expect(of('us30k')).toEqual(of('nnunet'));
    for (const format of ['png', 'coco', 'csv', 'indexed', 'nifti']) expect(of(format)).toEqual([]);
  });

  test('leaves no hidden file', () => {
    expect(readdirSync(all.result.folder, { recursive: true }).filter((name) => String(name).includes('.tmp'))).toEqual(
      [],
    );
  });
});

describeWithPython('PNG, read by Pillow', () => {
  test('has each mask in a file of its own', () => {
    const wanted = HARD_CASES.flatMap(({ path, masks }) =>
      masks.map(([label, mask], i) => {
        const same = masks.filter(([other]) => other === label);
        const number = same.length > 1 ? `-${masks.slice(0, i + 1).filter(([other]) => other === label).length}` : '';
        const file = join(all.result.folder, 'masks', label, path.replace('.png', `${number}.png`));
        return [file, { mode: 'L', rows: rowsOf(mask).map((row) => row.map((set) => 255 * set)) }] as const;
      }),
    );
    const files = Object.fromEntries(wanted.map(([file]) => [file, file]));
    expect(runPython(READ_IMAGES, files)).toEqual(Object.fromEntries(wanted));
  });
});

describeWithPython('indexed PNG, read by Pillow', () => {
  test('has every pixel of every label in its layers', () => {
    const first = readImages((path) => join(all.result.folder, 'indexed', path));
    for (const { path, masks } of HARD_CASES) {
      if (path.includes('overlap')) continue;
      expect(first[path]).toEqual({ mode: 'P', rows: expectedMap(masks, classOf) });
    }
    const overlap = HARD_CASES.find(({ path }) => path.includes('overlap'))!;
    const second = join(all.result.folder, 'indexed', 'p4', 'overlap-layer-2.png');
    const layers = [first[overlap.path]!, (runPython(READ_IMAGES, { second }) as Images)['second']!];
    for (const [value, label] of LABELS.entries()) {
      const masks = overlap.masks.filter(([name]) => name === label).map(([, mask]) => rowsOf(mask));
      const wanted = masks[0]!.map((row, y) => row.map((_, x) => masks.some((mask) => mask[y]![x] === 1)));
      const found = wanted.map((row, y) => row.map((_, x) => layers.some(({ rows }) => rows[y]![x] === value + 1)));
      expect(found).toEqual(wanted);
    }
  });
});

const READ_COCO = `
import sys, json, io, contextlib
from pycocotools.coco import COCO
out = {}
with contextlib.redirect_stdout(io.StringIO()):
  coco = COCO(json.load(sys.stdin))
for a in coco.dataset['annotations']:
  file = coco.loadImgs(a['image_id'])[0]['file_name']
  mask = coco.annToMask(a)
  assert mask.sum() == a['area'], (file, mask.sum(), a['area'])
  out.setdefault(file, []).append([coco.loadCats(a['category_id'])[0]['name'], mask.tolist()])
print(json.dumps(out))
`;

describeWithPython('COCO, read by pycocotools', () => {
  const wanted = Object.fromEntries(
    HARD_CASES.map(({ path, masks }) => [path, masks.map(([label, mask]) => [label, rowsOf(mask)])]),
  );
  for (const name of ['coco', 'coco-polygons']) {
    test(`as ${name}.json has every mask, holes and all`, () => {
      expect(runPython(READ_COCO, join(all.result.folder, `${name}.json`))).toEqual(wanted);
    });
  }

  test('has a file for each set that together are the whole', () => {
    const parts = ['train', 'val', 'test'].map((set) =>
      runPython(READ_COCO, join(all.result.folder, `coco-${set}.json`)),
    );
    expect(Object.assign({}, ...(parts as object[]))).toEqual(wanted);
  });
});

const READ_NIFTI = `
import sys, json, glob, os
import nibabel, numpy as np
root = json.load(sys.stdin)
out = {}
for path in glob.glob(root + '/**/*.nii.gz', recursive=True):
  volume = nibabel.load(path)
  data = np.asarray(volume.dataobj)
  assert np.array_equal(volume.get_qform(), volume.affine) and data.dtype == np.uint8
  name = os.path.relpath(path, root)
  out[name] = {'rows': data[:, :, 0].T.tolist(), 'shape': list(data.shape), 'axes': nibabel.aff2axcodes(volume.affine),
    'zooms': [float(z) for z in volume.header.get_zooms()], 'unit': volume.header.get_xyzt_units()[0]}
print(json.dumps(out))
`;

describeWithPython('NIfTI, read by nibabel', () => {
  test('has the labels at the pixels they have', () => {
    const read = runPython(READ_NIFTI, join(all.result.folder, 'nifti')) as Record<string, Record<string, unknown>>;
    expect(Object.keys(read).sort()).toEqual(
      [...HARD_CASES.map(({ path }) => path.replace('.png', '.nii.gz')), 'p4/overlap-layer-2.nii.gz'].sort(),
    );
    for (const { path, masks } of HARD_CASES) {
      const { rows, shape, axes, zooms, unit } = read[path.replace('.png', '.nii.gz')]!;
      const { widthPx, heightPx } = masks[0]![1];
      expect({ shape, axes, zooms, unit }).toEqual({
        ...{ shape: [widthPx, heightPx, 1], axes: ['L', 'P', 'S'], zooms: [1, 1, 1], unit: 'unknown' },
      });
      if (!path.includes('overlap')) expect(rows).toEqual(expectedMap(masks, classOf));
    }
  });
});

/** As SAMUS reads it: lists, class.json, img/ and label/ by cv2 (utils/data_us.py of xianlin7/SAMUS, in own words). */
const READ_CSV = `
import sys, json, csv
print(json.dumps(list(csv.DictReader(open(json.load(sys.stdin), encoding='utf-8-sig', newline='')))))
`;

describeWithPython('measurements.csv, read by Python', () => {
  test('has a line a mask', () => {
    const rows = runPython(READ_CSV, join(all.result.folder, 'measurements.csv')) as Record<string, string>[];
    const wanted = HARD_CASES.flatMap(({ path, masks }) =>
      masks.map(([label, mask]) => [path, label, String(areaPx(mask))]),
    );
    expect(rows.map(({ file, label, area_px }) => [file, label, area_px])).toEqual(wanted);
    expect(rows[0]).toMatchObject({ patient: 'p1', frame: '1', area_mm2: '', mm_per_px_x: '' });
  });
});

const CHECK_MANIFEST = `
import sys, json, hashlib, os
root = json.load(sys.stdin)
manifest = json.load(open(root + '/manifest.json'))
for f in manifest['files']:
  data = open(os.path.join(root, f['path']), 'rb').read()
  assert hashlib.sha256(data).hexdigest() == f['sha256'] and len(data) == f['bytes']
on_disk = sum(len(files) for _, _, files in os.walk(root))
print(json.dumps({'files': len(manifest['files']), 'disk': on_disk, 'frames': manifest['frames']}))
`;

describeWithPython('manifest.json', () => {
  test('has the hash of every file, and where each mask came from', () => {
    const { files, disk, frames } = runPython(CHECK_MANIFEST, all.result.folder) as {
      files: number;
      disk: number;
      frames: { source: string; masks: object[] }[];
    };
    expect(files).toBe(disk - 1);
    expect(frames[0]).toMatchObject({ source: 'p1/holes.png', masks: [{ state: 'drawn', reader: 'Dr. Li' }] });
  });
});

describe('formats that carry the image', () => {
  test('leave out a frame whose source has other pixels now, and say so', async () => {
    writeFileSync(join(all.folder, 'study', 'p6', 'row.png'), readFileSync(join(all.folder, 'study', 'p7', 'all.png')));
    const again = await exportProject(
      all.store,
      { folder: all.folder, formats: ['us30k', 'coco'], include: 'accepted', manifest: 'none' },
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
    );
    expect(again.losses).toContainEqual({ format: 'us30k', kind: 'no-pixels', path: 'p6/row.png', label: null });
    expect(readdirSync(join(again.folder, 'us30k', 'Hard', 'img'))).not.toContain('p6_row.png');
    expect(readFileSync(join(again.folder, 'coco.json'), 'utf8')).toContain('p6/row.png');
  });
});

describe('millimetres', () => {
  test('are given where the whole mask lies in one calibrated region', async () => {
    const home = join(all.folder, 'calibrated');
    mkdirSync(home);
    const scale = { x: 0.5, y: 0.25 };
    const regions = [{ x0: 0, y0: 0, x1: 4, y1: 4, mmPerPx: scale }];
    const square = drawn('.... .##. .##. ....');
    const project = await projectOf(home, [
      {
        path: 'uniform.png',
        masks: [['lesion', square]],
        calibration: { kind: 'uniform', origin: 'pixel-spacing', mmPerPx: scale },
      },
      {
        ...{ path: 'within.png', masks: [['lesion', square]] },
        calibration: { kind: 'regions', origin: 'ultrasound-regions', regions, fits: true },
      },
      {
        ...{ path: 'beyond.png', masks: [['lesion', drawn('...... .....# ...... ......')]] },
        calibration: { kind: 'regions', origin: 'ultrasound-regions', regions, fits: true },
      },
    ]);
    const { folder: out } = await exportProject(
      project,
      { folder: home, formats: ['csv'], include: 'all', manifest: 'none' },
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport, user: 'Ann' },
    );
    await project.close();
    const [head = '', ...rows] = readFileSync(join(out, 'measurements.csv'), 'utf8').trim().split('\r\n');
    const at = head.split(',').indexOf('area_mm2');
    const areas = Object.fromEntries(rows.map((row) => [row.split(',')[3], row.split(',')[at]]));
    expect(areas).toEqual({ 'uniform.png': '0.5', 'within.png': '0.5', 'beyond.png': '' });
  });
});
