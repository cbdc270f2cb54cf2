/** A DICOM file (PS3.10) taken apart: its file meta information, and its data set, inflated where it was deflated. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { AppError } from '../../shared/errors';
import { IMPLICIT, LONG_VRS, readDataSet, type Element, type Encoding } from './data-set';
import { elementBytes, textElement, totalBytes } from './write-element';

/** Transfer syntaxes, SOP classes and other UIDs that the standard defines. */
export const STANDARD_UID_ROOT = '1.2.840.10008.';
/** Of this program, made of a random UUID. */
const IMPLEMENTATION = '2.25.336172220410980521769032052955278420051';
const PREAMBLE_BYTES = 128;
export const EXPLICIT: Encoding = { explicit: true, littleEndian: true };
const BIG_ENDIAN: Encoding = { explicit: true, littleEndian: false };
const DEFLATED: ReadonlySet<string> = new Set(['1.2.840.10008.1.2.1.99', '1.2.840.10008.1.2.8.1']);
const MEDIA_DIRECTORY = '1.2.840.10008.1.3.10';
/** What a deflated data set may become. */
const MAX_INFLATED_BYTES = 2 ** 30;

export interface Part10 {
  readonly path: string;
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly encoding: Encoding;
  /** What the places of `elements` refer to. */
  readonly bytes: Uint8Array;
  readonly elements: readonly Element[];
}

/** @throws AppError `format-unknown` for what is no DICOM file or a DICOMDIR, `format-corrupt`, `too-large` */
export function readPart10(path: string, file: Uint8Array): Part10 {
  if (!isDicom(file)) throw new AppError('format-unknown', path, `${path}: not a DICOM file`);
  const { end, values } = readMeta(path, file);
  const [transferSyntax, sopClass] = [values.get(0x10), values.get(0x02) ?? ''];
  if (!transferSyntax) throw new AppError('format-corrupt', path, `${path}: no transfer syntax (0002,0010)`);
  if (sopClass === MEDIA_DIRECTORY) {
    throw new AppError('format-unknown', path, `${path}: a DICOMDIR is a list of images; de-identify the images`);
  }
  const deflated = DEFLATED.has(transferSyntax);
  const bytes = deflated ? inflate(path, file.subarray(end)) : file;
  const encoding = encodingOf(transferSyntax);
  return {
    path,
    transferSyntax,
    sopClass,
    encoding,
    bytes,
    elements: readDataSet(path, bytes, deflated ? 0 : end, encoding),
  };
}

export function isDicom(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(PREAMBLE_BYTES, PREAMBLE_BYTES + 4)).toString('latin1') === 'DICM';
}

/** Preamble and file meta information of a new file, to be followed by its data set. */
export function part10Head(about: {
  readonly transferSyntax: string;
  readonly sopClass: string;
  readonly sopInstance: string;
}): readonly Uint8Array[] {
  const elements = [
    ...elementBytes(EXPLICIT, 0x00020001, 'OB', [Uint8Array.of(0, 1)]),
    ...textElement(EXPLICIT, 0x00020002, 'UI', about.sopClass),
    ...textElement(EXPLICIT, 0x00020003, 'UI', about.sopInstance),
    ...textElement(EXPLICIT, 0x00020010, 'UI', about.transferSyntax),
    ...textElement(EXPLICIT, 0x00020012, 'UI', IMPLEMENTATION),
    ...textElement(EXPLICIT, 0x00020013, 'SH', 'SONOMASK'),
  ];
  const length = Buffer.alloc(4);
  length.writeUInt32LE(totalBytes(elements));
  const head = [Buffer.alloc(PREAMBLE_BYTES), Buffer.from('DICM', 'latin1')];
  return [...head, ...elementBytes(EXPLICIT, 0x00020000, 'UL', [length]), ...elements];
}

/** The data set's bytes as the transfer syntax wants them in a file. */
export function forFile(transferSyntax: string, chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  if (!DEFLATED.has(transferSyntax)) return chunks;
  const deflated = deflateRawSync(Buffer.concat(chunks));
  // Even length, like everything in DICOM.
  return deflated.length % 2 === 0 ? [deflated] : [deflated, new Uint8Array(1)];
}

function encodingOf(transferSyntax: string): Encoding {
  if (transferSyntax === '1.2.840.10008.1.2') return IMPLICIT;
  return transferSyntax === '1.2.840.10008.1.2.2' ? BIG_ENDIAN : EXPLICIT;
}

/** Group 2 is explicit little endian whatever follows. */
function readMeta(path: string, file: Uint8Array): { end: number; values: ReadonlyMap<number, string> } {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const text = (from: number, to: number) => Buffer.from(file.subarray(from, to)).toString('latin1');
  const values = new Map<number, string>();
  let at = PREAMBLE_BYTES + 4;
  while (at + 8 <= file.length && view.getUint16(at, true) === 2) {
    const isLong = LONG_VRS.has(text(at + 4, at + 6));
    const value = at + (isLong ? 12 : 8);
    const length =
      value > file.length ? Infinity : isLong ? view.getUint32(at + 8, true) : view.getUint16(at + 6, true);
    if (value + length > file.length) {
      throw new AppError('format-corrupt', path, `${path}: cut off in its file meta information`);
    }
    values.set(view.getUint16(at + 2, true), text(value, value + length).replace(/[\0 ]+$/, ''));
    at = value + length;
  }
  return { end: at, values };
}

function inflate(path: string, deflated: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(deflated, { maxOutputLength: MAX_INFLATED_BYTES });
  } catch (cause) {
    const isBomb = cause instanceof RangeError;
    const reason = isBomb ? `it inflates to more than ${MAX_INFLATED_BYTES} bytes` : 'its deflated data are damaged';
    throw new AppError(isBomb ? 'too-large' : 'format-corrupt', path, `${path}: ${reason}`, { cause });
  }
}
