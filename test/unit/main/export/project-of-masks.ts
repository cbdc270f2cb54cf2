/** A project over real image files, with masks that are hard to export: for tests of exporters and importers. */
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { ProjectStore } from '../../../../main/project';
import { frameHash, readImage } from '../../../../main/study';
import type { FrameId, FrameSummary, SourceImage } from '../../../../shared/domain';
import { cocoRle, type Mask } from '../../../../shared/mask';

/** A mask drawn with characters: `#` inside, rows separated by blanks. */
export function drawn(picture: string): Mask {
  const rows = picture.trim().split(/\s+/);
  const data = Uint8Array.from(rows.join(''), (char) => (char === '#' ? 1 : 0));
  return { widthPx: rows[0]!.length, heightPx: rows.length, data };
}

export interface HardCase {
  /** Below the study's folder; the first folder is the patient. */
  readonly path: string;
  /** Label and mask of each instance. */
  readonly masks: readonly (readonly [label: string, mask: Mask])[];
  readonly calibration?: SourceImage['calibration'];
}

const HOLES = drawn(`
  #######..##
  #.....#..##
  #.###.#....
  #.#.#.#.#.#
  #.###.#.##.
  #.....#..##
  #######....`);

const band = (widthPx: number, heightPx: number, isIn: (x: number, y: number) => boolean): Mask => {
  const data = Uint8Array.from({ length: widthPx * heightPx }, (_, i) =>
    isIn(i % widthPx, Math.floor(i / widthPx)) ? 1 : 0,
  );
  return { widthPx, heightPx, data };
};

/** Holes in islands in holes, parts that touch at corners, one pixel, every border, overlaps, odd sizes, one column. */
export const HARD_CASES: readonly HardCase[] = [
  { path: 'p1/holes.png', masks: [['lesion', HOLES]] },
  { path: 'p2/pixel.png', masks: [['lesion', drawn('..... ..... ...#. .....')]] },
  { path: 'p3/borders.png', masks: [['cyst', band(13, 9, (x, y) => x === 0 || y === 0 || x === 12 || y === 8)]] },
  {
    path: 'p4/overlap.png',
    masks: [
      ['lesion', band(31, 23, (x, y) => (x - 12) ** 2 + (y - 11) ** 2 < 80)],
      ['lesion', band(31, 23, (x, y) => (x - 18) ** 2 + (y - 11) ** 2 < 60)],
      ['cyst', band(31, 23, (x, y) => (x - 15) ** 2 + (y - 9) ** 2 < 20)],
    ],
  },
  { path: 'p5/column.png', masks: [['cyst', band(1, 19, (_, y) => y % 5 < 2)]] },
  { path: 'p6/row.png', masks: [['lesion', band(17, 1, (x) => x > 2 && x < 9)]] },
  { path: 'p7/all.png', masks: [['lesion', band(7, 5, () => true)]] },
];

export const LABELS = ['lesion', 'cyst'];

/** @param folder gets `study/` and `Hard.sonomask` */
export async function projectOf(folder: string, cases: readonly HardCase[], withMasks = true): Promise<ProjectStore> {
  const store = await undecodedProjectOf(folder, cases);
  for (const { id } of await framesOf(store)) await decodeFrame(store, id);
  if (withMasks) await addMasks(store, cases);
  return store;
}

/** As a study that was opened just now: of its frames only what their headers say is known. */
export async function undecodedProjectOf(folder: string, cases: readonly HardCase[]): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(folder, 'Hard.sonomask'));
  const images: SourceImage[] = [];
  for (const [i, { path, masks, calibration }] of cases.entries()) {
    const absolutePath = join(folder, 'study', path);
    mkdirSync(dirname(absolutePath), { recursive: true });
    const { widthPx, heightPx } = masks[0]![1];
    const pixels = Uint8Array.from({ length: widthPx * heightPx }, (_, at) => (at * 37 + i * 11) % 251);
    await sharp(pixels, { raw: { width: widthPx, height: heightPx, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(absolutePath);
    const patient = path.includes('/') ? dirname(path) : '';
    const study = { key: `/${patient}`, name: patient || 'study', patient };
    const file = {
      absolutePath,
      relativePath: path,
      sizeBytes: 1,
      mtimeMs: 1,
      frameCount: 1,
      ...{ widthPx, heightPx },
      ...(calibration && { calibration }),
    };
    images.push({ study, series: { key: '.', name: 'images' }, ...file });
  }
  await store.images.add(images);
  for (const name of LABELS) await store.labels.create({ name, instances: 'multiple' });
  return store;
}

export async function decodeFrame(store: ProjectStore, frameId: FrameId): Promise<void> {
  const { absolutePath } = await store.frames.get(frameId);
  const { frame } = await readImage(absolutePath);
  const { widthPx, heightPx } = frame;
  await store.frames.setHash(frameId, { sha256: frameHash(frame), widthPx, heightPx });
}

export async function framesOf(store: ProjectStore): Promise<readonly FrameSummary[]> {
  return (await store.frames.list({ filter: {}, limit: 1_000, offset: 0 })).frames;
}

async function addMasks(store: ProjectStore, cases: readonly HardCase[]): Promise<void> {
  const labels = await store.labels.list();
  for (const frame of await framesOf(store)) {
    const { masks } = cases.find(({ path }) => path === frame.relativePath)!;
    await store.masks.save({
      frameId: frame.id,
      frameSha256: frame.sha256!,
      user: 'Dr. Li',
      changes: masks.map(([name, mask]) => ({
        kind: 'add',
        labelId: labels.find((label) => label.name === name)!.id,
        state: 'drawn',
        rle: { widthPx: mask.widthPx, heightPx: mask.heightPx, counts: cocoRle(mask).counts },
        origin: { tool: 'brush' },
      })),
    });
    await store.frames.setReview(frame.id, 'accepted', 'Dr. Li');
  }
}
