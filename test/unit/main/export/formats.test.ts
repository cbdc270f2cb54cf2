/** Every format, read by an independent tool, against the masks as they are in the project, pixel by pixel. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exportProject, writeExport } from '../../../../main/export';
import type { ProjectStore } from '../../../../main/project';
import { EXPORT_FORMATS, type ExportResult } from '../../../../shared/ipc';
import { areaPx, type Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { drawn, HARD_CASES, LABELS, projectOf } from './project-of-masks';

let folder: string;
let store: ProjectStore;
let result: ExportResult;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'));
  store = await projectOf(folder, HARD_CASES);
  const split = { train: 50, val: 25, test: 25 };
  result = await exportProject(
    store,
    { folder, formats: [...EXPORT_FORMATS], include: 'accepted', split, manifest: 'readers' },
    { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport },
  );
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

type Rows = number[][];
const rowsOf = ({ widthPx, heightPx, data }: Mask): Rows =>
  Array.from({ length: heightPx }, (_, y) => [...data.subarray(y * widthPx, (y + 1) * widthPx)]);
const flatName = (path: string) => path.replace('.png', '').replace('/', '_');

/** Label numbers of a frame where the smaller mask is on top. */
function expectedMap(masks: readonly (readonly [string, Mask])[], value: (i: number, label: string) => number): Rows {
  const order = masks.map(([label, mask], i) => ({ label, mask, i })).sort((a, b) => areaPx(b.mask) - areaPx(a.mask));
  const rows = rowsOf(masks[0]![1]).map((row) => row.map(() => 0));
  for (const { label, mask, i } of order) {
    rowsOf(mask).forEach((row, y) => row.forEach((set, x) => set && (rows[y]![x] = value(i, label))));
  }
  return rows;
}
const classOf = (_: number, label: string) => LABELS.indexOf(label) + 1;

const READ_IMAGES = `
import json, sys
import numpy as np
from PIL import Image
out = {}
for key, path in json.load(sys.stdin).items():
  image = Image.open(path)
  out[key] = {'mode': image.mode, 'rows': np.asarray(image).tolist()}
print(json.dumps(out))
`;
type Images = Record<string, { mode: string; rows: Rows }>;
const readImages = (pathOf: (path: string) => string): Images =>
  runPython(READ_IMAGES, Object.fromEntries(HARD_CASES.map(({ path }) => [path, pathOf(path)]))) as Images;

describe('an export of everything', () => {
  test('counts frames, masks and sets', () => {
    expect(result).toMatchObject({ frames: 7, masks: 9, warnings: [], withoutPatient: 0 });
    expect(Object.values(result.sets!).reduce((sum, n) => sum + n, 0)).toBe(7);
    expect(Object.values(result.sets!).every((n) => n > 0)).toBe(true);
  });

  test('says what a format could not hold, mask by mask', () => {
    const of = (format: string) =>
      result.losses.filter((loss) => loss.format === format).map(({ kind, path, label }) => [kind, path, label]);
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
    expect(readdirSync(result.folder, { recursive: true }).filter((name) => String(name).includes('.tmp'))).toEqual([]);
  });
});

describeWithPython('PNG, read by Pillow', () => {
  test('has each mask in a file of its own', () => {
    const wanted = HARD_CASES.flatMap(({ path, masks }) =>
      masks.map(([label, mask], i) => {
        const same = masks.filter(([other]) => other === label);
        const number = same.length > 1 ? `-${masks.slice(0, i + 1).filter(([other]) => other === label).length}` : '';
        const file = join(result.folder, 'masks', label, path.replace('.png', `${number}.png`));
        return [file, { mode: 'L', rows: rowsOf(mask).map((row) => row.map((set) => 255 * set)) }] as const;
      }),
    );
    const files = Object.fromEntries(wanted.map(([file]) => [file, file]));
    expect(runPython(READ_IMAGES, files)).toEqual(Object.fromEntries(wanted));
  });
});

describeWithPython('indexed PNG, read by Pillow', () => {
  test('has every pixel of every label in its layers', () => {
    const first = readImages((path) => join(result.folder, 'indexed', path));
    for (const { path, masks } of HARD_CASES) {
      if (path.includes('overlap')) continue;
      expect(first[path]).toEqual({ mode: 'P', rows: expectedMap(masks, classOf) });
    }
    const overlap = HARD_CASES.find(({ path }) => path.includes('overlap'))!;
    const second = join(result.folder, 'indexed', 'p4', 'overlap-layer-2.png');
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
      expect(runPython(READ_COCO, join(result.folder, `${name}.json`))).toEqual(wanted);
    });
  }

  test('has a file for each set that together are the whole', () => {
    const parts = ['train', 'val', 'test'].map((set) => runPython(READ_COCO, join(result.folder, `coco-${set}.json`)));
    expect(Object.assign({}, ...(parts as object[]))).toEqual(wanted);
  });
});

const READ_YOLO = `
import sys, json, glob, os
import numpy as np, cv2
from pycocotools import mask as codec
root = json.load(sys.stdin)
out = {}
for path in glob.glob(root + '/labels/*/*.txt'):
  image = cv2.imread(path.replace('/labels/', '/images/').replace('.txt', '.png'), cv2.IMREAD_UNCHANGED)
  h, w = image.shape
  for line in open(path):
    numbers = line.split()
    polygon = np.array(numbers[1:], float).reshape(-1, 2)
    assert polygon.min() >= 0 and polygon.max() <= 1 and len(polygon) >= 3
    at = polygon * [w, h]
    rows = codec.decode(codec.frPyObjects([at.flatten().tolist()], h, w))[:, :, 0]
    corners = np.rint(at * 8).astype(np.int32)
    big = np.zeros((h * 8, w * 8), np.uint8)
    cv2.fillPoly(big, [corners], 1)
    out.setdefault(os.path.basename(path)[:-4], []).append([int(numbers[0]), rows.tolist(), big[4::8, 4::8].tolist()])
print(json.dumps(out))
`;

describeWithPython('YOLO, read by pycocotools and OpenCV', () => {
  test('has polygons that are the masks, and the images beside them', () => {
    const read = runPython(READ_YOLO, join(result.folder, 'yolo')) as Record<string, [number, Rows, Rows][]>;
    for (const { path, masks } of HARD_CASES) {
      const polygons = read[flatName(path)]!;
      expect(polygons.map(([label]) => label)).toEqual(masks.map(([label]) => LABELS.indexOf(label)));
      expect(polygons.map(([, rows]) => rows)).toEqual(masks.map(([, mask]) => rowsOf(mask)));
      const isBridged = result.losses.some((loss) => loss.format === 'yolo' && loss.path === path);
      if (!isBridged) expect(polygons.map(([, , rows]) => rows)).toEqual(masks.map(([, mask]) => rowsOf(mask)));
    }
    const yaml = readFileSync(join(result.folder, 'yolo', 'data.yaml'), 'utf8');
    expect(yaml).toContain(
      'train: images/train\nval: images/val\ntest: images/test\nnames:\n  0: "lesion"\n  1: "cyst"\n',
    );
  });
});

const READ_VOC = `
import sys, json, os
import xml.etree.ElementTree as ET
import numpy as np
from PIL import Image
root = json.load(sys.stdin)
out = {}
for line in open(root + '/ImageSets/Segmentation/trainval.txt').readlines() + open(root + '/ImageSets/Segmentation/test.txt').readlines():
  name = line.strip()
  tree = ET.parse(f'{root}/Annotations/{name}.xml').getroot()
  classes, objects = (np.asarray(Image.open(f'{root}/Segmentation{kind}/{name}.png')) for kind in ('Class', 'Object'))
  image = Image.open(f'{root}/JPEGImages/{tree.findtext("filename")}')
  size = tree.find('size')
  assert image.size == (int(size.findtext('width')), int(size.findtext('height')))
  boxes = [[o.findtext('name')] + [int(o.find('bndbox').findtext(k)) for k in ('xmin', 'ymin', 'xmax', 'ymax')] for o in tree.findall('object')]
  out[name] = {'classes': classes.tolist(), 'objects': objects.tolist(), 'boxes': boxes}
print(json.dumps(out))
`;

describeWithPython('Pascal VOC, read by Pillow and ElementTree', () => {
  test('has classes, objects and boxes', () => {
    const read = runPython(READ_VOC, join(result.folder, 'voc')) as Record<string, Record<string, unknown>>;
    expect(Object.keys(read)).toHaveLength(HARD_CASES.length);
    for (const { path, masks } of HARD_CASES) {
      const { classes, objects, boxes } = read[flatName(path)]!;
      expect(classes).toEqual(expectedMap(masks, classOf));
      expect(objects).toEqual(expectedMap(masks, (i) => i + 1));
      expect((boxes as unknown[][]).map(([name]) => name)).toEqual(masks.map(([label]) => label));
    }
    expect(read['p2_pixel']).toMatchObject({ boxes: [['lesion', 4, 3, 4, 3]] });
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
    const read = runPython(READ_NIFTI, join(result.folder, 'nifti')) as Record<string, Record<string, unknown>>;
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
const READ_US30K = `
import sys, json, cv2
root = json.load(sys.stdin)
classes = json.load(open(root + '/MainPatient/class.json'))
out = {}
for split in ('train', 'val', 'test'):
  for line in open(f'{root}/MainPatient/{split}.txt'):
    value, dataset, name = line.strip().split('/')
    assert 0 < int(value) < classes[dataset]
    image, label = (cv2.imread(f'{root}/{dataset}/{kind}/{name}.png', 0) for kind in ('img', 'label'))
    assert image.shape == label.shape and label.max() < classes[dataset] and (label == int(value)).any()
    out.setdefault(name, {'set': split, 'classes': [], 'rows': label.tolist()})['classes'].append(int(value))
    assert out[name]['set'] == split
for line in open(f'{root}/MainPatient/test-Hard.txt'):
  dataset, name = line.strip().split('/')
  assert out[name]['set'] == 'test' and dataset == 'Hard'
print(json.dumps({'classes': classes, 'frames': out}))
`;

describeWithPython('US30K, read by the rules of SAMUS', () => {
  test('has lists, classes and label maps', () => {
    const { classes, frames } = runPython(READ_US30K, join(result.folder, 'us30k')) as {
      classes: object;
      frames: Record<string, { classes: number[]; rows: Rows }>;
    };
    expect(classes).toEqual({ Hard: 3 });
    for (const { path, masks } of HARD_CASES) {
      const map = expectedMap(masks, classOf);
      expect(frames[flatName(path)]!.rows).toEqual(map);
      expect(frames[flatName(path)]!.classes).toEqual([...new Set(map.flat())].filter((value) => value > 0).sort());
    }
  });
});

/** The rules of nnU-Net v2's dataset_format.md: names, channels, consecutive labels, equal shapes, disjoint folds. */
const READ_NNUNET = `
import sys, json, glob, os, re
import numpy as np
from PIL import Image
root = json.load(sys.stdin)
assert re.fullmatch(r'Dataset[0-9]{3}_[A-Za-z0-9]+', os.path.basename(root))
about = json.load(open(root + '/dataset.json'))
assert list(about['channel_names']) == ['0'] and about['file_ending'] == '.png'
assert sorted(about['labels'].values()) == list(range(len(about['labels']))) and about['labels']['background'] == 0
out = {}
cases = {}
for part in ('Tr', 'Ts'):
  images = sorted(glob.glob(f'{root}/images{part}/*.png'))
  cases[part] = [re.fullmatch(r'(.+)_0000[.]png', os.path.basename(p)).group(1) for p in images]
  assert cases[part] == [os.path.basename(p)[:-4] for p in sorted(glob.glob(f'{root}/labels{part}/*.png'))]
  for path, case in zip(images, cases[part]):
    image, label = np.asarray(Image.open(path)), np.asarray(Image.open(f'{root}/labels{part}/{case}.png'))
    assert image.shape == label.shape and label.max() < len(about['labels'])
    out[case] = label.tolist()
assert about['numTraining'] == len(cases['Tr'])
fold = json.load(open(root + '/splits_final.json'))[0]
assert sorted(fold['train'] + fold['val']) == sorted(cases['Tr']) and not set(fold['train']) & set(fold['val'])
print(json.dumps(out))
`;

describeWithPython('nnU-Net v2, checked by its rules', () => {
  test('has images and label maps', () => {
    expect(runPython(READ_NNUNET, join(result.folder, 'Dataset001_Hard'))).toEqual(
      Object.fromEntries(HARD_CASES.map(({ path, masks }) => [flatName(path), expectedMap(masks, classOf)])),
    );
  });
});

const READ_CSV = `
import sys, json, csv
print(json.dumps(list(csv.DictReader(open(json.load(sys.stdin), encoding='utf-8-sig', newline='')))))
`;

describeWithPython('measurements.csv, read by Python', () => {
  test('has a line a mask', () => {
    const rows = runPython(READ_CSV, join(result.folder, 'measurements.csv')) as Record<string, string>[];
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
    const { files, disk, frames } = runPython(CHECK_MANIFEST, result.folder) as {
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
    writeFileSync(join(folder, 'study', 'p6', 'row.png'), readFileSync(join(folder, 'study', 'p7', 'all.png')));
    const again = await exportProject(
      store,
      { folder, formats: ['us30k', 'coco'], include: 'accepted', manifest: 'none' },
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport },
    );
    expect(again.losses).toContainEqual({ format: 'us30k', kind: 'no-pixels', path: 'p6/row.png', label: null });
    expect(readdirSync(join(again.folder, 'us30k', 'Hard', 'img'))).not.toContain('p6_row.png');
    expect(readFileSync(join(again.folder, 'coco.json'), 'utf8')).toContain('p6/row.png');
  });
});

describe('millimetres', () => {
  test('are given where the whole mask lies in one calibrated region', async () => {
    const home = join(folder, 'calibrated');
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
      { signal: new AbortController().signal, onProgress: () => undefined, write: writeExport },
    );
    await project.close();
    const [head = '', ...rows] = readFileSync(join(out, 'measurements.csv'), 'utf8').trim().split('\r\n');
    const at = head.split(',').indexOf('area_mm2');
    const areas = Object.fromEntries(rows.map((row) => [row.split(',')[3], row.split(',')[at]]));
    expect(areas).toEqual({ 'uniform.png': '0.5', 'within.png': '0.5', 'beyond.png': '' });
  });
});
