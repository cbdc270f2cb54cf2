/** A project over DICOM files, with masks on their frames: for tests of DICOM Segmentation and of de-identified exports. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ProjectStore } from '../../../../main/project';
import { frameHash, openImage, readImage } from '../../../../main/study';
import { cocoRle, type Mask } from '../../../../shared/mask';
import { dicomFile, greyLoop, type Element } from '../../../support/dicom-file';
import { framesOf, LABELS } from './project-of-masks';

export type LabelledMask = readonly [label: string, mask: Mask];

export interface DicomCase {
  /** Below the study's folder. */
  readonly path: string;
  readonly file: Uint8Array;
  /** Of each frame. */
  readonly masks: readonly (readonly LabelledMask[])[];
}

const MULTI_FRAME = '1.2.840.10008.5.1.4.1.1.3.1';
const SINGLE_FRAME = '1.2.840.10008.5.1.4.1.1.6.1';

/** An ultrasound image of the masks' size; `n` tells it, and its patient, from others. */
export function ultrasound(n: number, masks: DicomCase['masks'], more: readonly Element[] = []): Uint8Array {
  const { widthPx, heightPx } = masks.flat()[0]![1];
  const pixels = Uint8Array.from({ length: widthPx * heightPx * masks.length }, (_, at) => (at * 37 + n * 11) % 251);
  const before: Element[] = [
    [0x00080005, 'CS', 'ISO_IR 100'],
    [0x00080016, 'UI', masks.length > 1 ? MULTI_FRAME : SINGLE_FRAME],
    [0x00080018, 'UI', `1.2.3.1.${n}`],
    [0x00080020, 'DA', '20260102'],
    [0x00080060, 'CS', 'US'],
    [0x00081030, 'LO', 'Scan of Müller'],
    [0x00100010, 'PN', `Müller^Anna${n}`],
    [0x00100020, 'LO', `PAT${n}`],
    [0x0020000d, 'UI', `1.2.3.2.${n}`],
    [0x0020000e, 'UI', `1.2.3.3.${n}`],
  ];
  const elements = greyLoop({ rows: heightPx, columns: widthPx, frames: masks.length, pixels, before });
  return dicomFile([...elements, ...more].sort(([a], [b]) => a - b));
}

/** @param folder gets `study/` and `Dicom.sonomask`; all frames that have masks are accepted, as drawn by hand */
export async function projectOfDicom(
  folder: string,
  cases: readonly DicomCase[],
  withMasks = true,
): Promise<ProjectStore> {
  const store = await ProjectStore.create(join(folder, 'Dicom.sonomask'));
  for (const { path, file } of cases) {
    const absolutePath = join(folder, 'study', path);
    mkdirSync(dirname(absolutePath), { recursive: true });
    writeFileSync(absolutePath, file);
    const { metadata, place } = await openImage(absolutePath);
    const where = place ?? { study: { key: '/', name: 'study', patient: '' }, series: { key: '.', name: 'images' } };
    const { frameCount } = metadata;
    await store.images.add([{ ...where, absolutePath, relativePath: path, sizeBytes: 1, mtimeMs: 1, frameCount }]);
  }
  const named = cases.flatMap(({ masks }) => masks.flatMap((each) => each.map(([label]) => label)));
  for (const name of new Set([...LABELS, ...named])) await store.labels.create({ name, instances: 'multiple' });
  const labels = await store.labels.list();
  for (const { id: frameId, relativePath, frameIndex } of await framesOf(store)) {
    const { frame } = await readImage(join(folder, 'study', relativePath), frameIndex);
    const { widthPx, heightPx } = frame;
    const frameSha256 = frameHash(frame);
    await store.frames.setHash(frameId, { sha256: frameSha256, widthPx, heightPx });
    const masks = cases.find(({ path }) => path === relativePath)?.masks[frameIndex] ?? [];
    if (!withMasks || masks.length === 0) continue;
    const changes = masks.map(([name, mask]) => ({
      ...({ kind: 'add', state: 'drawn', origin: { tool: 'brush' } } as const),
      labelId: labels.find((label) => label.name === name)!.id,
      rle: { widthPx, heightPx, counts: cocoRle(mask).counts },
    }));
    await store.masks.save({ frameId, frameSha256, user: 'Dr. Li', changes });
    await store.frames.setReview(frameId, 'accepted', 'Dr. Li');
  }
  return store;
}
