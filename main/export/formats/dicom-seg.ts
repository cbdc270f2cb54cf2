/**
 * DICOM Segmentation: dicom-seg/NAME.dcm, one file a DICOM image, for the study it belongs to. Every mask keeps its pixels,
 * whatever overlaps: the first mask of a label on each frame is in one segment, the second in another, both called as the
 * label. Images that are not DICOM, or do not name themselves, are left out.
 */
import type { DataSet } from 'dicom-parser';
import { isAppError } from '../../../shared/errors';
import { newUid } from '../../dicom';
import { readDicomHeader } from '../../study';
import type { ExportJob, JobFrame, JobMask } from '../export-job';
import { imageName } from '../export-names';
import type { PlannedFrame } from '../export-plan';
import { encodeSegmentation, referenceOf, type Segment, type Segmentation } from '../segmentation';

interface Segmented {
  readonly first: PlannedFrame;
  /** Undefined for what is left out. */
  readonly header: DataSet | undefined;
  /** By label and number among the masks of the label on a frame. */
  readonly masks: { readonly key: string; readonly frameIndex: number; readonly mask: JobMask }[];
}

/** A DICOM image that has masks. */
export interface MaskedImage {
  /** Its first frame with masks. */
  readonly first: PlannedFrame;
  readonly header: DataSet;
  readonly content: Segmentation;
  /** When the latest of the masks was made, ISO 8601. */
  readonly latest: string;
}

export async function exportDicomSeg(job: ExportJob): Promise<void> {
  /** The segmentations of a study are one series. */
  const series = new Map<string, string>();
  for await (const { first, header, content } of maskedImages(job)) {
    const study = header.string('x0020000d') ?? '';
    const seriesUid = series.get(study) ?? newUid();
    series.set(study, seriesUid);
    const names = { series: seriesUid, sopInstance: newUid(), madeAt: new Date().toISOString() };
    const chunks = encodeSegmentation(content, { header, frameCount: first.frameCount }, names);
    await job.write(`dicom-seg/${imageName(first)}.dcm`, Buffer.concat(chunks));
  }
}

/** One after the other, each with all of its masks. */
export async function* maskedImages(job: ExportJob): AsyncGenerator<MaskedImage> {
  // The frames of an image follow each other.
  let image: Segmented | undefined;
  for await (const each of job.frames()) {
    if (image && image.first.imageId !== each.frame.imageId) {
      yield* masked(image);
      image = undefined;
    }
    image ??= { first: each.frame, header: await headerOf(each.frame), masks: [] };
    await add(image, each, job);
  }
  if (image) yield* masked(image);
}

/** Undefined where nothing can refer to the image. */
async function headerOf({ absolutePath }: PlannedFrame): Promise<DataSet | undefined> {
  try {
    const header = await readDicomHeader(absolutePath);
    return referenceOf(header) && header;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return undefined;
  }
}

async function add({ header, masks }: Segmented, { frame, masks: found }: JobFrame, job: ExportJob): Promise<void> {
  if (found.length === 0) return;
  if (!header) return job.lost('no-dicom', frame);
  if (!(await job.pixels(frame))) return;
  const numbers = new Map<number, number>();
  for (const mask of found) {
    const number = (numbers.get(mask.value) ?? 0) + 1;
    numbers.set(mask.value, number);
    masks.push({ key: `${mask.value}/${number}`, frameIndex: frame.frameIndex, mask });
  }
}

function* masked({ first, header, masks }: Segmented): Generator<MaskedImage> {
  if (!header || masks.length === 0) return;
  const keys = [...new Set(masks.map(({ key }) => key))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const { widthPx, heightPx } = first;
  const frames = masks.map(({ key, frameIndex, mask: { rle } }) => ({
    segment: keys.indexOf(key) + 1,
    frameIndex,
    rle,
  }));
  frames.sort((a, b) => a.segment - b.segment || a.frameIndex - b.frameIndex);
  const segments = keys.map((key) =>
    segmentOf(
      masks.filter((each) => each.key === key).map(({ mask }) => mask),
      key,
    ),
  );
  const latest = masks.reduce((time, { mask }) => (mask.time > time ? mask.time : time), '');
  yield { first, header, content: { widthPx, heightPx, segments, frames }, latest };
}

function segmentOf(masks: readonly JobMask[], key: string): Segment {
  const states = new Set(masks.map(({ state }) => state));
  const isAll = (...some: readonly string[]): boolean => [...states].every((state) => some.includes(state));
  const algorithm = isAll('drawn') ? 'MANUAL' : isAll('proposed', 'accepted') ? 'AUTOMATIC' : 'SEMIAUTOMATIC';
  const { name: label = '', colour = '#ffffff' } = masks[0]?.label ?? {};
  return { label, description: `${label} ${key.split('/')[1]}`, colour, algorithm };
}
