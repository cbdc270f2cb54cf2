/** Exports: what is written equals what was on screen, and a file is complete or absent. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cocoInstance, encodeMaskPng, writeCoco, writeMaskPng } from '../../../../main/export';
import { writeAtomically } from '../../../../main/files';
import { readImage } from '../../../../main/study';
import { emptyMask, type Mask } from '../../../../shared/mask';
import { describeWithPython, runPython } from '../../../support/python-venv';
import { disc, temporaryFolder } from '../../../support/study-folder';

const folder = temporaryFolder();
const anyMask = fc
  .record({ widthPx: fc.integer({ min: 1, max: 40 }), heightPx: fc.integer({ min: 1, max: 40 }) })
  .chain(({ widthPx, heightPx }) =>
    fc
      .uint8Array({ minLength: widthPx * heightPx, maxLength: widthPx * heightPx, max: 1 })
      .map((data): Mask => ({ widthPx, heightPx, data })),
  );

describe('a mask as PNG', () => {
  test('is one channel of 0 and 255 at the size of the frame', () => {
    fc.assert(
      fc.property(anyMask, (mask) => {
        const png = decode(encodeMaskPng(mask), { checkCrc: true });
        expect([png.width, png.height, png.channels, png.depth]).toEqual([mask.widthPx, mask.heightPx, 1, 8]);
        expect([...png.data]).toEqual([...mask.data].map((value) => value * 255));
      }),
    );
  });

  test('is read back by the study reader', async () => {
    const mask = disc(50, 30, 20.5, 14.5, 9);
    const bytes = await writeMaskPng(join(folder, 'deep', 'mask.png'), mask);
    const { frame, metadata } = await readImage(join(folder, 'deep', 'mask.png'));
    expect(metadata).toMatchObject({ sizeBytes: bytes, channels: 1, bitsPerSample: 8 });
    expect(frame.data.map((value) => value / 255)).toEqual(mask.data);
  });
});

const READ_WITH_PYCOCOTOOLS = `
import sys, json, io, contextlib
from pycocotools.coco import COCO
path = json.load(sys.stdin)
with contextlib.redirect_stdout(io.StringIO()):
  coco = COCO(path)
out = []
for annotation in coco.dataset['annotations']:
  mask = coco.annToMask(annotation)
  image = coco.loadImgs(annotation['image_id'])[0]
  category = coco.loadCats(annotation['category_id'])[0]
  out.append({'file': image['file_name'], 'size': [image['width'], image['height']], 'label': category['name'],
    'shape': list(mask.shape), 'pixels': mask.flatten().tolist(), 'area': annotation['area'],
    'sum': int(mask.sum()), 'bbox': annotation['bbox'], 'score': annotation.get('score'), 'crowd': annotation['iscrowd'],
    'id': annotation['id'], 'by_image': len(coco.getAnnIds(imgIds=annotation['image_id']))})
print(json.dumps({'annotations': out, 'images': sorted(coco.imgs), 'categories': sorted(coco.cats)}))
`;

describeWithPython('COCO, read by pycocotools', () => {
  test('holds the masks, pixel by pixel, with sizes, areas, boxes and ids', async () => {
    const masks = { a: disc(60, 40, 20, 15, 8), b: disc(60, 40, 45, 30, 6), c: disc(31, 77, 0, 76, 20) };
    const instance = (label: string, mask: Mask, score?: number) => [cocoInstance(label, mask, score)!];
    const path = join(folder, 'annotations.json');
    await writeCoco(path, {
      labels: ['fetal head', 'breast lesion'],
      description: 'a "quoted" name',
      images: () => [
        {
          ...{ fileName: 'one.png', widthPx: 60, heightPx: 40 },
          instances: [...instance('breast lesion', masks.a, 0.75), ...instance('breast lesion', masks.b)],
        },
        { fileName: 'nothing on it.png', widthPx: 5, heightPx: 6, instances: [] },
        { fileName: 'patient/two.png', widthPx: 31, heightPx: 77, instances: instance('fetal head', masks.c, 0.5) },
      ],
    });
    const read = runPython(READ_WITH_PYCOCOTOOLS, path) as { annotations: Record<string, unknown>[] };
    expect(read).toMatchObject({ images: [1, 2, 3], categories: [1, 2] });
    const common = { crowd: 0 };
    const pixels = (mask: Mask) => [...mask.data];
    const area = (mask: Mask) => pixels(mask).reduce((sum, value) => sum + value, 0);
    expect(read.annotations).toEqual([
      {
        ...{ ...common, id: 1, file: 'one.png', size: [60, 40], shape: [40, 60], label: 'breast lesion', by_image: 2 },
        ...{ pixels: pixels(masks.a), area: area(masks.a), sum: area(masks.a), bbox: [12, 7, 16, 16], score: 0.75 },
      },
      {
        ...{ ...common, id: 2, file: 'one.png', size: [60, 40], shape: [40, 60], label: 'breast lesion', by_image: 2 },
        ...{ pixels: pixels(masks.b), area: area(masks.b), sum: area(masks.b), bbox: [39, 24, 12, 12], score: null },
      },
      {
        ...{ ...common, id: 3, file: 'patient/two.png', size: [31, 77], shape: [77, 31], label: 'fetal head' },
        ...{ by_image: 1, pixels: pixels(masks.c), area: area(masks.c), sum: area(masks.c) },
        ...{ bbox: [0, 56, 20, 21], score: 0.5 },
      },
    ]);
  });
});

describe('COCO', () => {
  test('has no annotation for an empty mask', () => expect(cocoInstance('a', emptyMask(4, 4))).toBeUndefined());

  test('writes each image before it asks for the next, so that no two are in memory', async () => {
    const home = join(folder, 'lazy');
    const path = join(home, 'many.json');
    const draftBytes = () => statSync(join(home, readdirSync(home)[0]!)).size;
    const sizes: number[] = [];
    await writeCoco(path, {
      labels: ['a'],
      description: '',
      images: function* () {
        for (let i = 0; i < 50; i++) {
          sizes.push(draftBytes());
          const instances = [cocoInstance('a', disc(64, 48, 32, 24, 5 + (i % 15)))!];
          yield { fileName: `${i}.png`, widthPx: 64, heightPx: 48, instances };
        }
      },
    });
    expect(sizes).toHaveLength(100);
    for (let i = 1; i < sizes.length; i++) expect(sizes[i]).toBeGreaterThan(sizes[i - 1]!);
    const written = JSON.parse(readFileSync(path, 'utf8')) as { images: unknown[]; annotations: { id: number }[] };
    expect([written.images.length, written.annotations.at(-1)?.id]).toEqual([50, 50]);
  });

  test('refuses an instance whose label is no category', async () => {
    const path = join(folder, 'unknown.json');
    const instances = [cocoInstance('b', disc(9, 9, 4, 4, 3))!];
    const images = () => [{ fileName: 'x.png', widthPx: 9, heightPx: 9, instances }];
    await expect(writeCoco(path, { labels: ['a'], description: '', images })).rejects.toMatchObject({
      code: 'label-unknown',
    });
    expect(existsSync(path)).toBe(false);
  });
});

describe('an atomic file', () => {
  test('that fails half way leaves the old one, and nothing else', async () => {
    const home = join(folder, 'atomic');
    mkdirSync(home);
    const path = join(home, 'a.txt');
    writeFileSync(path, 'old');
    const broken = writeAtomically(path, async (write) => {
      await write('half of the n');
      throw new Error('power cut');
    });
    await expect(broken).rejects.toMatchObject({ code: 'write-failed', subject: path });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(home)).toEqual(['a.txt']);
  });

  test('is not there before it is complete', async () => {
    const path = join(folder, 'slow.txt');
    await writeAtomically(path, async (write) => {
      await write('first ');
      expect(existsSync(path)).toBe(false);
      await write(new TextEncoder().encode('second'));
    });
    expect(readFileSync(path, 'utf8')).toBe('first second');
  });

  test('where a folder cannot be made is a typed error', async () => {
    writeFileSync(join(folder, 'file'), '');
    const path = join(folder, 'file', 'below.txt');
    await expect(writeAtomically(path, (write) => write('x'))).rejects.toMatchObject({ code: 'write-failed' });
  });
});
