/** Masks that other programs wrote, by their own libraries or as they are documented, pixel by pixel. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeMaskPng } from '../../../../main/export';
import { areaPx, cocoRle, emptyMask, maskFromCocoRle, type Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { drawn } from '../export/project-of-masks';
import { importBench, PLAIN } from './import-bench';

const bench = importBench();

describe('labelme and X-AnyLabeling', () => {
  test('have polygons, rectangles, circles, rotated boxes, pixel masks, and groups', async () => {
    const blank = { path: 'shapes.png', masks: [['lesion', emptyMask(40, 30)]] } as const;
    await bench.open([blank], false);
    const part = drawn('.#. ### .#.');
    const shapes = [
      {
        label: 'box',
        shape_type: 'rectangle',
        points: [
          [2, 3],
          [7, 9],
        ],
      },
      {
        label: 'box4',
        shape_type: 'rectangle',
        points: [
          [2, 3],
          [7, 3],
          [7, 9],
          [2, 9],
        ],
      },
      {
        label: 'turned',
        shape_type: 'rotation',
        points: [
          [20, 5],
          [25, 10],
          [20, 15],
          [15, 10],
        ],
        direction: 0.78,
      },
      {
        label: 'disc',
        shape_type: 'circle',
        points: [
          [30, 20],
          [36, 20],
        ],
      },
      {
        label: 'pixels',
        shape_type: 'mask',
        points: [
          [10, 20],
          [12, 22],
        ],
        mask: Buffer.from(encodeMaskPng(part)).toString('base64'),
      },
      {
        label: 'two',
        points: [
          [0, 0],
          [2, 0],
          [2, 2],
          [0, 2],
        ],
        group_id: 4,
      },
      {
        label: 'two',
        points: [
          [4, 0],
          [6, 0],
          [6, 2],
          [4, 2],
        ],
        group_id: 4,
      },
      {
        label: 'line',
        shape_type: 'line',
        points: [
          [0, 0],
          [9, 9],
        ],
      },
    ];
    bench.put(
      'shapes.json',
      JSON.stringify({
        version: '5.5.0',
        flags: {},
        imagePath: '../../etc/passwd',
        imageHeight: 30,
        imageWidth: 40,
        shapes,
      }),
    );
    const report = await bench.run(bench.others);
    expect(report.problems).toMatchObject([{ kind: 'unsupported', detail: 'shape 8: line' }]);
    const masks = Object.fromEntries(
      (await bench.stored())['shapes.png']!.map((text) => {
        const [label = '', counts = ''] = text.split(' ');
        return [label, maskFromCocoRle({ size: [30, 40], counts })] as [string, Mask];
      }),
    );
    const areas = Object.fromEntries(Object.entries(masks).map(([label, mask]) => [label, areaPx(mask)]));
    expect(areas).toMatchObject({ box: 30, box4: 30, turned: 50, pixels: 5, two: 8 });
    expect(Math.abs(areas['disc']! - Math.PI * 36)).toBeLessThan(5);
    expect(masks['pixels']!.data[20 * 40 + 11]).toBe(1);
    expect(masks['pixels']!.data[20 * 40 + 10]).toBe(0);
  });
});

const WRITE_WITH_PYTHON = `
import sys, json, os
import numpy as np
from PIL import Image
import nibabel
from pycocotools import mask as codec
asked = json.load(sys.stdin)
mask = np.array(asked['rows'], np.uint8)
os.makedirs(asked['out'], exist_ok=True)
def save(name, image): image.save(os.path.join(asked['out'], name))
image = Image.fromarray(mask * 255)
if asked['kind'] == 'bit': save('scan 7.png', image.convert('1'))
if asked['kind'] == 'rgba': save('scan 7.png', image.convert('RGBA'))
if asked['kind'] == 'palette':
  indexed = Image.fromarray(mask); indexed.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0]); save('scan 7.png', indexed)
if asked['kind'] == 'sixteen': save('scan 7.png', Image.fromarray(mask.astype(np.uint16) * 700))
if asked['kind'] == 'nifti':
  nibabel.save(nibabel.Nifti1Image(mask.T[:, :, None].astype(np.int16), np.diag([-1, -1, 1, 1])), os.path.join(asked['out'], 'scan 7.nii.gz'))
if asked['kind'] == 'big-endian':
  header = nibabel.Nifti1Header(endianness='>'); header.set_data_dtype('>f4')
  nibabel.save(nibabel.Nifti1Image(mask.T.astype('>f4'), np.eye(4), header), os.path.join(asked['out'], 'scan 7.nii'))
if asked['kind'].startswith('coco'):
  rle = codec.encode(np.asfortranarray(mask)); rle['counts'] = rle['counts'].decode()
  if asked['kind'] == 'coco-list': rle['counts'] = codec.decode(rle) is not None and asked['counts']
  json.dump({'images': [{'id': 'x', 'file_name': 'C:\\\\data\\\\SCAN 7.tif', 'width': mask.shape[1], 'height': mask.shape[0]}],
    'categories': [{'id': 9, 'name': 'lesion'}], 'annotations': [{'id': 1, 'image_id': 'x', 'category_id': 9, 'segmentation': rle}]},
    open(os.path.join(asked['out'], 'instances.json'), 'w'))
print('0')
`;

describeWithPython('what other programs write is read', () => {
  const mask = PLAIN[2]!.masks[0]![1];
  const rows = Array.from({ length: 4 }, (_, y) => [...mask.data.subarray(4 * y, 4 * y + 4)]);
  for (const kind of ['bit', 'rgba', 'palette', 'sixteen', 'nifti', 'big-endian', 'coco', 'coco-list']) {
    test(`as ${kind}`, async () => {
      await bench.open(PLAIN, false);
      runPython(WRITE_WITH_PYTHON, { kind, rows, out: bench.others, counts: [5, 2, 2, 2, 5] });
      expect((await bench.run(bench.others)).problems).toEqual([]);
      expect(await bench.stored()).toEqual({ 'p2/scan 7.png': [`lesion ${cocoRle(mask).counts}`] });
      expect(readdirSync(bench.others).length).toBe(1);
      expect(readFileSync(join(bench.folder, 'study', 'p2', 'scan 7.png')).length).toBeGreaterThan(0);
    });
  }
});
