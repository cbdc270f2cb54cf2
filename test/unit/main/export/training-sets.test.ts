/** Data sets for training, read by an independent tool or by their own rules, against the masks in the project, pixel by pixel. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { classOf, expectedMap, flatName, hardExport, type Rows, rowsOf } from './hard-export';
import { HARD_CASES, LABELS } from './project-of-masks';

const all = hardExport(['yolo', 'voc', 'us30k', 'nnunet']);

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
    const read = runPython(READ_YOLO, join(all.result.folder, 'yolo')) as Record<string, [number, Rows, Rows][]>;
    for (const { path, masks } of HARD_CASES) {
      const polygons = read[flatName(path)]!;
      expect(polygons.map(([label]) => label)).toEqual(masks.map(([label]) => LABELS.indexOf(label)));
      expect(polygons.map(([, rows]) => rows)).toEqual(masks.map(([, mask]) => rowsOf(mask)));
      const isBridged = all.result.losses.some((loss) => loss.format === 'yolo' && loss.path === path);
      if (!isBridged) expect(polygons.map(([, , rows]) => rows)).toEqual(masks.map(([, mask]) => rowsOf(mask)));
    }
    const yaml = readFileSync(join(all.result.folder, 'yolo', 'data.yaml'), 'utf8');
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
    const read = runPython(READ_VOC, join(all.result.folder, 'voc')) as Record<string, Record<string, unknown>>;
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
    const { classes, frames } = runPython(READ_US30K, join(all.result.folder, 'us30k')) as {
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
    expect(runPython(READ_NNUNET, join(all.result.folder, 'Dataset001_Hard'))).toEqual(
      Object.fromEntries(HARD_CASES.map(({ path, masks }) => [flatName(path), expectedMap(masks, classOf)])),
    );
  });
});
