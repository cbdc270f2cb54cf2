/** What an image file says of itself, for people to read. Read when somebody asks; nothing of it is kept. */
import type { FileDescription } from '../../shared/domain';
import { headerLines } from './readers/dicom/attribute-lines';
import { openedImage } from './read-image';

/**
 * @param frameIndex 0-based
 * @param patientData with what may say who the patient is
 * @throws AppError as `readImage` does where not even the header can be read
 */
export async function describeFile(path: string, frameIndex: number, patientData: boolean): Promise<FileDescription> {
  const { metadata, decode } = await openedImage(path);
  const { format, sizeBytes, frameCount } = metadata;
  // Some headers tell less than a decoded frame; a damaged frame is no reason to say nothing.
  const pixels = metadata.bitsPerSample === undefined ? await decode(frameIndex).catch(() => undefined) : metadata;
  const header = format === 'dicom' ? await headerLines(path, patientData) : undefined;
  return {
    ...{ format, sizeBytes, frameCount },
    channels: pixels?.channels ?? null,
    bitsPerSample: pixels?.bitsPerSample ?? null,
    transferSyntax: header?.transferSyntax ?? null,
    attributes: header?.lines ?? null,
    hidden: header?.hidden ?? 0,
  };
}
