/**
 * DICOM Segmentation, binary: a mask a frame, whose source image and frame it names by SOP Instance UID. Probabilities
 * (FRACTIONAL) are no masks and nobody's threshold is right for all, so they are refused, as label maps are.
 */
import type { DataSet } from 'dicom-parser';
import { AppError } from '../../../shared/errors';
import { cocoRle, maskFromCocoRle } from '../../../shared/mask';
import { itemsOf, openDicomPixels, readDicomHeader, textOf } from '../../study';
import type { FoundMask, MaskFile, MaskReader } from '../found-mask';

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';

export const readDicomSeg: MaskReader = async (file, { problem }) => {
  const { path } = file;
  checkKind(await readDicomHeader(path), file);
  const {
    header: { dataSet: header },
    description,
    samples,
  } = await openDicomPixels(path);
  const { widthPx, heightPx, frameCount } = description;
  const groups = itemsOf(header, 'x52009230');
  if (groups.length !== frameCount) {
    const reason = `${groups.length} frames are described, ${frameCount} promised`;
    throw new AppError('format-corrupt', path, `${path}: ${reason}`);
  }
  const shared = itemsOf(header, 'x52009229')[0];
  const labels = labelsOf(header);
  const found: FoundMask[] = [];
  for (const [i, own] of groups.entries()) {
    const group = (sequence: string): DataSet | undefined => itemsOf(own, sequence)[0] ?? itemsOf(shared, sequence)[0];
    const source = sourceOf(group('x00089124'));
    if (typeof source === 'string') {
      problem('unsupported', `frame ${i + 1}: ${source}`);
      continue;
    }
    const data = Uint8Array.from((await samples(i)).samples, (value) => (value === 0 ? 0 : 1));
    if (!data.includes(1)) continue;
    const rle = cocoRle({ widthPx, heightPx, data });
    found.push({
      ...{ image: file.relativePath, ...source, size: [widthPx, heightPx] },
      label: labels.get(group('x0062000a')?.uint16('x0062000b') ?? 0) ?? null,
      draw: () => maskFromCocoRle(rle),
    });
  }
  return found;
};

/** @throws AppError `format-unknown` */
function checkKind(header: DataSet, { path }: MaskFile): void {
  const unknown = (reason: string): AppError => new AppError('format-unknown', path, `${path}: ${reason}`);
  if (header.string('x00080016') !== SEGMENTATION_STORAGE) throw unknown('a DICOM file, but no DICOM segmentation');
  const type = textOf(header, 'x00620001');
  if (type !== 'BINARY') throw unknown(`a segmentation of type ${type || 'unknown'}; BINARY ones can be imported`);
}

function labelsOf(header: DataSet): Map<number, string> {
  const segments = itemsOf(header, 'x00620002').map(
    (segment) => [segment.uint16('x00620004') ?? 0, textOf(segment, 'x00620005')] as const,
  );
  return new Map(segments.filter(([, label]) => label !== ''));
}

/** The one frame that a mask lies on; else why there is none. */
function sourceOf(derivation: DataSet | undefined): Pick<FoundMask, 'sopInstance' | 'frameIndex'> | string {
  const [image, ...more] = itemsOf(derivation, 'x00082112');
  const sopInstance = image?.string('x00081155');
  if (!image || !sopInstance || more.length > 0) return `${more.length + (image ? 1 : 0)} source images, not one`;
  if (/^(NO|REORIENTED_ONLY)$/.test(image.string('x0028135a') ?? '')) return 'its pixels are not those of its source';
  const numbers = (image.string('x00081160') ?? '1').split('\\').map(Number);
  const [number = 0] = numbers;
  if (numbers.length !== 1 || !Number.isInteger(number) || number < 1) return 'several source frames, not one';
  return { sopInstance, frameIndex: number - 1 };
}
