/** Imports: masks that other programs wrote are on the right frames, pixel by pixel; what is not is told. */
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { encodeMaskPng, exportProject, writeExport } from '../../../../main/export';
import { importMasks, readMasks } from '../../../../main/import';
import type { ProjectStore } from '../../../../main/project';
import type { ExportFormat, ImportReport } from '../../../../shared/ipc';
import { areaPx, cocoRle, emptyMask, maskFromCocoRle, type Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { drawn, framesOf, HARD_CASES, projectOf, type HardCase } from '../export/project-of-masks';

let folder: string;
let store: ProjectStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'import-'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const quiet = { signal: new AbortController().signal, onProgress: () => undefined };

function run(...paths: string[]): Promise<ImportReport> {
  return importMasks(
    store,
    { paths, label: 'lesion' },
    {
      ...{ ...quiet, user: 'Dr. Li', read: readMasks, open: () => Promise.resolve() },
      save: (edit) => store.masks.save(edit),
    },
  );
}

/** Label and pixels of the live masks of each frame, in any order. */
async function stored(): Promise<Record<string, string[]>> {
  const labels = new Map((await store.labels.list()).map(({ id, name }) => [id, name]));
  const all: Record<string, string[]> = {};
  for (const { id, relativePath } of await framesOf(store)) {
    const masks = await store.masks.ofFrame(id);
    const live = masks.filter(({ current: { state } }) => state !== 'rejected' && state !== 'deleted');
    if (live.length > 0) {
      all[relativePath] = live.map(({ labelId, current }) => `${labels.get(labelId)} ${current.rle.counts}`).sort();
    }
  }
  return all;
}

const wantedOf = (cases: readonly HardCase[]): Record<string, string[]> =>
  Object.fromEntries(
    cases.map(({ path, masks }) => [path, masks.map(([label, mask]) => `${label} ${cocoRle(mask).counts}`).sort()]),
  );

function put(path: string, content: string | Uint8Array): string {
  const file = join(folder, 'masks of others', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
const others = () => join(folder, 'masks of others');

describe('what SonoMask exports, it imports as it was', () => {
  const withoutOverlap = HARD_CASES.filter(({ path }) => !path.includes('overlap'));
  const round: [ExportFormat, (out: string) => string, readonly HardCase[]][] = [
    ['png', (out) => join(out, 'masks'), HARD_CASES],
    ['coco', (out) => out, HARD_CASES],
    ['coco-polygon', (out) => join(out, 'coco-polygons.json'), HARD_CASES],
    ['yolo', (out) => join(out, 'yolo'), HARD_CASES],
    ['indexed', (out) => join(out, 'indexed'), withoutOverlap],
    ['nifti', (out) => join(out, 'nifti'), withoutOverlap],
    ['us30k', (out) => join(out, 'us30k'), withoutOverlap],
    ['nnunet', (out) => join(out, 'Dataset001_Hard'), withoutOverlap],
  ];
  for (const [format, chosen, cases] of round) {
    test(`as ${format}`, async () => {
      store = await projectOf(folder, cases);
      const request = { folder, formats: [format], include: 'all', manifest: 'none' } as const;
      const { folder: out } = await exportProject(
        store,
        { ...request, formats: [format] },
        { ...quiet, write: writeExport },
      );
      await store.close();
      rmSync(join(folder, 'Hard.sonomask'), { recursive: true });
      store = await projectOf(folder, cases, false);
      const report = await run(chosen(out));
      expect(report.problems).toEqual([]);
      expect(await stored()).toEqual(wantedOf(cases));
      expect(report).toMatchObject({ frames: cases.length, newLabels: [] });
    });
  }

  test('and a second time adds nothing', async () => {
    store = await projectOf(folder, HARD_CASES);
    const request = { folder, include: 'all', manifest: 'none' } as const;
    const { folder: out } = await exportProject(
      store,
      { ...request, formats: ['coco'] },
      { ...quiet, write: writeExport },
    );
    const report = await run(out);
    expect(report.masks).toBe(0);
    expect(new Set(report.problems.map(({ kind }) => kind))).toEqual(new Set(['already']));
    expect(await stored()).toEqual(wantedOf(HARD_CASES));
  });
});

const PLAIN: HardCase[] = [
  { path: 'p1/a.png', masks: [['lesion', drawn('.###. .###. ..... ....#')]] },
  { path: 'p2/a.png', masks: [['lesion', drawn('##... ##... ..... .....')]] },
  { path: 'p2/scan 7.png', masks: [['lesion', drawn('.... .##. .##. ....')]] },
];

describe('an imported mask', () => {
  beforeEach(async () => {
    store = await projectOf(folder, PLAIN, false);
  });
  const mask = PLAIN[2]!.masks[0]![1];

  test('is a revision in state imported that names its file, and waits for review', async () => {
    const file = put('scan 7_mask.png', encodeMaskPng(mask));
    expect(await run(file)).toMatchObject({ files: 1, masks: 1, frames: 1, problems: [] });
    const frame = (await framesOf(store)).find(({ relativePath }) => relativePath === 'p2/scan 7.png')!;
    expect(frame.review).toBe('proposed');
    const [saved] = await store.masks.ofFrame(frame.id);
    expect(saved!.current).toMatchObject({
      state: 'imported',
      user: 'Dr. Li',
      origin: { tool: 'import', source: file },
    });
  });

  test('takes the place of a proposal nobody has looked at, not of work', async () => {
    const label = (await store.labels.list())[0]!;
    await store.labels.update(label.id, { instances: 'single' });
    const frame = (await framesOf(store)).find(({ relativePath }) => relativePath === 'p2/scan 7.png')!;
    const rle = {
      widthPx: 4,
      heightPx: 4,
      counts: cocoRle({ ...emptyMask(4, 4), data: new Uint8Array(16).fill(1) }).counts,
    };
    const change = { kind: 'add', labelId: label.id, state: 'proposed', rle, origin: { tool: 'proposal' } } as const;
    await store.masks.save({ frameId: frame.id, frameSha256: frame.sha256!, user: 'AutoSAMUS', changes: [change] });
    put('scan 7.png', encodeMaskPng(mask));
    expect((await run(others())).masks).toBe(1);
    const [only, ...more] = await store.masks.ofFrame(frame.id);
    expect(more).toEqual([]);
    expect(only!.current).toMatchObject({ state: 'imported', rle: { counts: cocoRle(mask).counts } });
    put('scan 7.png', encodeMaskPng(drawn('#... .... .... ....')));
    expect((await run(others())).problems).toMatchObject([{ kind: 'occupied' }]);
  });

  test('whose name two frames have is not guessed, but known by the pixels of its image', async () => {
    const { masks } = PLAIN[0]!;
    put('set/masks/a.png', encodeMaskPng(masks[0]![1]));
    expect((await run(others())).problems).toMatchObject([{ kind: 'ambiguous' }]);
    mkdirSync(join(others(), 'set', 'images'));
    cpSync(join(folder, 'study', 'p1', 'a.png'), join(others(), 'set', 'images', 'a.png'));
    expect(await run(others())).toMatchObject({ masks: 1, problems: [] });
    expect(Object.keys(await stored())).toEqual(['p1/a.png']);
  });

  test('of another size, of no frame, or empty is told and costs nothing else', async () => {
    put('scan 7.png', encodeMaskPng(drawn('### ###')));
    put('nobody.png', encodeMaskPng(mask));
    put('p1/a.png', encodeMaskPng(emptyMask(5, 4)));
    put('p2/a.png', encodeMaskPng(PLAIN[1]!.masks[0]![1]));
    const report = await run(others());
    expect(report.problems.map(({ kind }) => kind).sort()).toEqual(['no-frame', 'size']);
    expect(Object.keys(await stored())).toEqual(['p2/a.png']);
  });

  test('of a broken file costs that file', async () => {
    put('a.json', '{"shapes": [');
    put('b.json', '{"images": 5, "annotations": []}');
    put('c.nii', 'not a volume');
    put('labels/d.txt', '0 0.1 zero 0.2');
    put('labels/e.png', Buffer.concat([encodeMaskPng(mask).subarray(0, 60), Buffer.alloc(20)]));
    put('f.json', '[]');
    put('g.json', JSON.stringify({ images: [], categories: [], annotations: [{ image_id: 1, category_id: 1 }] }));
    put('scan 7.nii.gz', Buffer.from([0x1f, 0x8b, 1, 2, 3]));
    const good = put(
      'scan 7.json',
      JSON.stringify({
        shapes: [
          {
            label: 'cyst',
            points: [
              [1, 1],
              [3, 1],
              [3, 3],
              [1, 3],
            ],
          },
        ],
      }),
    );
    const report = await run(others());
    expect(report.problems.map(({ kind }) => kind).sort()).toEqual([...Array(7).fill('unreadable'), 'unsupported']);
    expect(report.problems.map(({ file }) => file)).not.toContain(good);
    expect(await stored()).toEqual({ 'p2/scan 7.png': [`cyst ${cocoRle(mask).counts}`] });
  });

  test('is never an image of the project', async () => {
    expect(await run(join(folder, 'study'))).toMatchObject({ masks: 0 });
    expect(await stored()).toEqual({});
  });

  test('never comes from outside the chosen folder', async () => {
    const secret = join(folder, 'secret.png');
    writeFileSync(secret, encodeMaskPng(mask));
    put('x.txt', 'nothing');
    symlinkSync(secret, join(others(), 'scan 7.png'));
    put('labels/scan 7.txt', '0 0.25 0.25 0.75 0.25 0.75 0.75 0.25 0.75');
    symlinkSync('/etc/passwd', join(others(), 'data.yaml'));
    const report = await run(others());
    expect(report).toMatchObject({ files: 1, masks: 1 });
    expect(await stored()).toEqual({ 'p2/scan 7.png': [`lesion ${cocoRle(mask).counts}`] });
  });
});

describe('labelme and X-AnyLabeling', () => {
  test('have polygons, rectangles, circles, rotated boxes, pixel masks, and groups', async () => {
    const blank = { path: 'shapes.png', masks: [['lesion', emptyMask(40, 30)]] } as const;
    store = await projectOf(folder, [blank], false);
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
    put(
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
    const report = await run(others());
    expect(report.problems).toMatchObject([{ kind: 'unsupported', detail: 'shape 8: line' }]);
    const masks = Object.fromEntries(
      (await stored())['shapes.png']!.map((text) => {
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
      store = await projectOf(folder, PLAIN, false);
      runPython(WRITE_WITH_PYTHON, { kind, rows, out: others(), counts: [5, 2, 2, 2, 5] });
      expect((await run(others())).problems).toEqual([]);
      expect(await stored()).toEqual({ 'p2/scan 7.png': [`lesion ${cocoRle(mask).counts}`] });
      expect(readdirSync(others()).length).toBe(1);
      expect(readFileSync(join(folder, 'study', 'p2', 'scan 7.png')).length).toBeGreaterThan(0);
    });
  }
});
