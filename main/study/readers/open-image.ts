/** Opens an image of any format by its header. Each way a file can be wrong is a typed error that names it and the reason. */
import { stat } from 'node:fs/promises';
import type { DataSet } from 'dicom-parser';
import { AppError, isAppError } from '../../../shared/errors';
import { formatOf, HEAD_BYTES } from '../format';
import { withFile, type ByteSource } from './byte-source';
import { openAvi } from './avi';
import { openDicom, openStored, type StoredPixels } from './dicom';
import { readHeader } from './dicom/data-set';
import { openMetaImage } from './metaimage';
import { inflatedHead, isNifti, openNifti } from './nifti';
import type { OpenImage } from './reader';
import { openStill } from './still';
import { openVideo } from './video';

const READABLE = 'PNG, JPEG, TIFF, BMP, DICOM, NIfTI, MetaImage, Motion JPEG AVI, MP4, MOV, WebM';

/**
 * Reads the header of an image, whatever the file is called.
 *
 * @throws AppError `file-not-found`, `file-unreadable`, `file-empty`, `format-unknown`, `format-corrupt`, `too-large`;
 *   the image's `decode` likewise
 */
export async function openImage(path: string): Promise<OpenImage> {
  const image = await naming(path, async () => {
    // Asked before opening: to open a pipe would wait for its writer.
    const found = await stat(path);
    if (!found.isFile()) throw new AppError('file-unreadable', path, `${path}: not a file`);
    if (found.size === 0) throw new AppError('file-empty', path, `${path}: the file is empty`);
    return withFile(path, open);
  });
  const { frameCount } = image.metadata;
  return {
    ...image,
    decode: (index) =>
      naming(path, async () => {
        if (index < frameCount) return image.decode(index);
        throw new AppError('format-corrupt', path, `${path}: frame ${index + 1} of an image of ${frameCount}`);
      }),
  };
}

/**
 * What a DICOM file says before its pixel data.
 *
 * @throws AppError as `openImage` does; `format-unknown` for what is not DICOM
 */
export async function readDicomHeader(path: string): Promise<DataSet> {
  return asDicom(path, async (file) => (await readHeader(file)).dataSet);
}

/** The pixels of a DICOM file as they are stored, decompressed. @throws AppError as `readDicomHeader` does; `samples` too */
export async function openDicomPixels(path: string): Promise<StoredPixels> {
  const stored = await asDicom(path, openStored);
  return { ...stored, samples: (index) => naming(path, () => stored.samples(index)) };
}

function asDicom<T>(path: string, use: (file: ByteSource) => Promise<T>): Promise<T> {
  return naming(path, () =>
    withFile(path, async (file) => {
      if (formatOf(await file.read(0, Math.min(HEAD_BYTES, file.size))) === 'dicom') return use(file);
      throw new AppError('format-unknown', path, `${path}: not a DICOM image`);
    }),
  );
}

async function open(file: ByteSource): Promise<OpenImage> {
  const { path } = file;
  const head = await file.read(0, Math.min(HEAD_BYTES, file.size));
  const packed = head[0] === 0x1f && head[1] === 0x8b;
  // Of packed files NIfTI alone is read.
  const format = packed ? (isNifti(await inflatedHead(path)) ? 'nifti' : undefined) : formatOf(head);
  switch (format) {
    case 'nifti':
      return openNifti(file, packed);
    case 'dicom':
      return openDicom(file);
    case 'avi':
      return openAvi(file);
    case 'metaimage':
      return openMetaImage(file);
    case 'png':
    case 'jpeg':
    case 'tiff':
    case 'bmp':
      return openStill(file, format);
    case 'mp4':
    case 'webm':
      return openVideo(file, format);
    default:
      throw new AppError('format-unknown', path, `${path}: not an image that can be read: ${READABLE}`);
  }
}

/** Errors of the system, and those no reader foresaw, as errors of this file. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAppError(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    // A decoder that stumbles over what it reads throws what JavaScript throws.
    const isDamage =
      error instanceof RangeError || error instanceof TypeError || error instanceof WebAssembly.RuntimeError;
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const code = isDamage ? 'format-corrupt' : isMissing ? 'file-not-found' : 'file-unreadable';
    throw new AppError(code, path, `${path}: ${reason}`, { cause: error });
  }
}
