/**
 * The header of a DICOM Part 10 file: its attributes up to the pixel data, and where those begin. Of a large file only
 * this part is read; a deflated one is inflated, within bounds.
 */
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import dicomParser, { type DataSet } from 'dicom-parser';
import { AppError } from '../../../../shared/errors';
import { memoryBytes, type ByteSource } from '../byte-source';

const inflated = promisify(inflateRaw);

const FIRST_READ_BYTES = 2 ** 16;
/** Attributes before the pixel data beyond this are no header of an image. */
const MAX_HEADER_BYTES = 2 ** 26;
/** Of the data set itself; images have some hundreds. */
const MAX_ELEMENTS = 100_000;
/** What a deflated file may become. */
const MAX_INFLATED_BYTES = 2 ** 28;
/** Preamble and `DICM`. */
const PREAMBLE_BYTES = 132;
/** Value representations with a length of four bytes. */
const LONG_VRS = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV']);
const IMPLICIT = '1.2.840.10008.1.2';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
export const DEFLATED = '1.2.840.10008.1.2.1.99';
export const BIG_ENDIAN = '1.2.840.10008.1.2.2';

export const PIXEL_DATA = 'x7fe00010';

export interface DicomHeader {
  readonly dataSet: DataSet;
  readonly transferSyntax: string;
  /** What offsets refer to: the file, or what its data set inflates to. */
  readonly bytes: ByteSource;
  /** Bytes kept in memory. */
  readonly keptBytes: number;
  readonly pixelData: {
    readonly offset: number;
    /** As stated; of no meaning where `encapsulated`. */
    readonly length: number;
    readonly encapsulated: boolean;
    /** Big endian words of two bytes each, also where a sample has one. */
    readonly swappedBytes: boolean;
  };
}

/** @throws AppError `format-corrupt`, `too-large`, or `format-unknown` where there is no image in it */
export async function readHeader(file: ByteSource): Promise<DicomHeader> {
  const { path } = file;
  const { end, transferSyntax, sopClass } = await readMeta(file);
  if (sopClass === MEDIA_DIRECTORY) {
    const reason = 'a DICOMDIR lists images and has none itself: open its folder';
    throw new AppError('format-unknown', path, `${path}: ${reason}`);
  }
  if (transferSyntax === '') {
    throw new AppError(
      'format-corrupt',
      path,
      `${path}: no transfer syntax (0002,0010), so nothing tells how to read it`,
    );
  }
  const deflated = transferSyntax === DEFLATED;
  const bytes = deflated ? await inflate(file, end) : file;
  const start = deflated ? 0 : end;
  const dataSet = await untilPixels(bytes, start, transferSyntax);
  const element = dataSet.elements[PIXEL_DATA];
  if (!element) {
    const floats = dataSet.elements['x7fe00008'] ?? dataSet.elements['x7fe00009'];
    const reason = floats ? 'floating-point pixel data cannot be read' : 'there is no pixel data (7FE0,0010) in it';
    throw new AppError('format-unknown', path, `${path}: ${reason}`);
  }
  const { dataOffset, length, vr, hadUndefinedLength: encapsulated = false } = element;
  const swappedBytes = transferSyntax === BIG_ENDIAN && vr === 'OW' && dataSet.uint16('x00280100') === 8;
  const pixelData = { offset: start + dataOffset, length, encapsulated, swappedBytes };
  return { dataSet, transferSyntax, bytes, keptBytes: deflated ? bytes.size : 0, pixelData };
}

interface Meta {
  /** Where the data set begins. */
  readonly end: number;
  readonly transferSyntax: string;
  readonly sopClass: string;
}

/** Group 2, always explicit little endian: dicom-parser would read on into what may be of another order, or deflated. */
async function readMeta(file: ByteSource): Promise<Meta> {
  const head = await file.read(0, Math.min(file.size, FIRST_READ_BYTES));
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const ascii = (from: number, length: number): string =>
    Buffer.from(head.subarray(from, from + length)).toString('latin1');
  const values = new Map<number, string>();
  let at = PREAMBLE_BYTES;
  while (at + 8 <= head.length && view.getUint16(at, true) === 2) {
    const tag = view.getUint16(at + 2, true);
    const isLong = LONG_VRS.has(ascii(at + 4, 2));
    if (isLong && at + 12 > head.length) break;
    const length = isLong ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    const value = at + (isLong ? 12 : 8);
    if (value + length > head.length) {
      throw new AppError('format-corrupt', file.path, `${file.path}: truncated in the file meta information`);
    }
    if (length <= 64) values.set(tag, ascii(value, length).replace(/[\0 ]+$/, ''));
    at = value + length;
  }
  return { end: at, transferSyntax: values.get(0x10) ?? '', sopClass: values.get(0x02) ?? '' };
}

/** Reads more and more of the data set until the pixel data begin. */
async function untilPixels(bytes: ByteSource, start: number, transferSyntax: string): Promise<DataSet> {
  const size = bytes.size - start;
  for (let wanted = FIRST_READ_BYTES; ; wanted *= 16) {
    const length = Math.min(wanted, size, MAX_HEADER_BYTES);
    const isLast = length === size || length === MAX_HEADER_BYTES;
    try {
      const dataSet = parse(bytes.path, await bytes.read(start, length), transferSyntax);
      if (isLast || dataSet.elements[PIXEL_DATA]) return dataSet;
    } catch (error) {
      if (isLast) throw error;
    }
  }
}

async function inflate(file: ByteSource, start: number): Promise<ByteSource> {
  const { path, size } = file;
  if (size > MAX_INFLATED_BYTES) {
    throw new AppError('too-large', path, `${path}: ${size} bytes of deflated data, at most ${MAX_INFLATED_BYTES}`);
  }
  const deflated = await file.read(start, size - start);
  const data = await inflated(deflated, { maxOutputLength: MAX_INFLATED_BYTES, chunkSize: 2 ** 20 }).catch(
    (cause: unknown) => {
      const isBomb = cause instanceof RangeError;
      const reason = isBomb ? `it inflates to more than ${MAX_INFLATED_BYTES} bytes` : 'its deflated data are damaged';
      throw new AppError(isBomb ? 'too-large' : 'format-corrupt', path, `${path}: ${reason}`, { cause });
    },
  );
  return memoryBytes(path, data);
}

/** Zeros, and other fillings, look like millions of empty elements: parsing them would take minutes. */
function checkCount(path: string, bytes: Uint8Array, isExplicit: boolean, bigEndian: boolean): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let count = 0;
  for (let at = 0; at + 12 <= bytes.length; count++) {
    const vr = String.fromCharCode(bytes[at + 4] as number, bytes[at + 5] as number);
    const isShort = isExplicit && !LONG_VRS.has(vr);
    const length = isShort ? view.getUint16(at + 6, !bigEndian) : view.getUint32(at + (isExplicit ? 8 : 4), !bigEndian);
    // The end of what has no length is the parser's to find.
    if (length === 0xffffffff) break;
    at += (isExplicit && !isShort ? 12 : 8) + length;
    if (count < MAX_ELEMENTS) continue;
    throw new AppError('format-corrupt', path, `${path}: more than ${MAX_ELEMENTS} elements in a header`);
  }
}

/** @param bytes a data set without group 2; what is deflated is inflated by now */
function parse(path: string, bytes: Uint8Array, transferSyntax: string): DataSet {
  const known = transferSyntax === DEFLATED ? EXPLICIT_LITTLE_ENDIAN : transferSyntax;
  // Some writers name an explicit syntax and write no value representations.
  const isExplicit = /^[A-Z]{2}$/.test(String.fromCharCode(bytes[4] ?? 0, bytes[5] ?? 0));
  checkCount(path, bytes, isExplicit, transferSyntax === BIG_ENDIAN);
  const TransferSyntaxUID = isExplicit || transferSyntax === BIG_ENDIAN ? known : IMPLICIT;
  try {
    return dicomParser.parseDicom(bytes, { TransferSyntaxUID, untilTag: PIXEL_DATA });
  } catch (cause) {
    // dicom-parser throws strings, objects and errors.
    const thrown = typeof cause === 'object' && cause !== null && 'exception' in cause ? cause.exception : cause;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new AppError('format-corrupt', path, `${path}: not readable as DICOM: ${reason}`, { cause });
  }
}
