/**
 * A DICOM data set as places in its bytes (PS3.5 chapter 7), for copying what is kept verbatim. Stricter than readers
 * that show pictures: what cannot be understood for certain cannot be de-identified, so it is refused, and an attribute
 * that occurs twice is seen twice. Not the reading of values.
 */
import { AppError } from '../../shared/errors';
import { standardVr, tagText, type Tag } from './attributes';

/** How a data set is written. */
export interface Encoding {
  readonly explicit: boolean;
  readonly littleEndian: boolean;
}

export interface Element {
  readonly tag: Tag;
  /** Of the data dictionary where the file does not tell (implicit VR, UN); `UN` where nothing does. */
  readonly vr: string;
  /** From the tag to the end of the value with its delimiter. */
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  /** Without delimiter. */
  readonly valueEnd: number;
  readonly undefinedLength: boolean;
  /** Of a sequence that is written as the data set itself is. */
  readonly items?: readonly Item[];
}

export interface Item {
  readonly undefinedLength: boolean;
  readonly elements: readonly Element[];
}

export const PIXEL_DATA = 0x7fe00010;
export const IMPLICIT: Encoding = { explicit: false, littleEndian: true };
export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
export const UNDEFINED_LENGTH = 0xffffffff;
/** VRs with a length of four bytes behind two reserved ones. */
export const LONG_VRS: ReadonlySet<string> = new Set('OB OD OF OL OV OW SQ SV UC UN UR UT UV'.split(' '));
const SHORT_VRS: ReadonlySet<string> = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US'.split(' '),
);
/** Real ones have less than ten; each level of a file that nests for ever takes memory. */
const MAX_DEPTH = 64;

/** @throws AppError `format-corrupt` */
export function readDataSet(path: string, bytes: Uint8Array, start: number, encoding: Encoding): Element[] {
  return new DataSetReader(path, bytes).elements(start, bytes.length, encoding, 0).elements;
}

class DataSetReader {
  readonly #view: DataView;

  constructor(
    private readonly path: string,
    bytes: Uint8Array,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** Up to `limit`, or behind an item's delimiter where there is one on the way (`depth` > 0). */
  elements(start: number, limit: number, encoding: Encoding, depth: number): { elements: Element[]; end: number } {
    if (depth > MAX_DEPTH) throw this.corrupt(start, `sequences are nested more than ${MAX_DEPTH} deep`);
    const elements: Element[] = [];
    let at = start;
    while (at < limit) {
      if (depth === 0 && this.onlyZeros(at, limit)) break;
      if (depth > 0 && this.tag(at, limit, encoding) === ITEM_END) {
        this.length(at + 4, limit, encoding);
        return { elements, end: at + 8 };
      }
      const element = this.element(at, limit, encoding, depth);
      elements.push(element);
      at = element.end;
    }
    return { elements, end: at };
  }

  private element(start: number, limit: number, encoding: Encoding, depth: number): Element {
    const tag = this.tag(start, limit, encoding);
    const stated = encoding.explicit ? this.vr(start + 4, limit) : undefined;
    const vr = stated === undefined || stated === 'UN' ? (standardVr(tag) ?? 'UN') : stated;
    const isShort = stated !== undefined && !LONG_VRS.has(stated);
    const valueStart = start + (stated === undefined || isShort ? 8 : 12);
    const length = isShort ? this.short(start + 6, limit, encoding) : this.length(valueStart - 4, limit, encoding);
    const undefinedLength = length === UNDEFINED_LENGTH;
    const head = { tag, vr, start, valueStart, undefinedLength };
    if (!undefinedLength && valueStart + length > limit) {
      throw this.corrupt(start, `${tagText(tag)} is cut off: ${length} bytes are promised`);
    }
    if (undefinedLength && tag === PIXEL_DATA) return { ...head, ...this.fragments(valueStart, limit, encoding) };
    // The content of UN is implicit little endian whatever is around it (PS3.5 6.2.2); an opaque value if its length is known.
    const isSequence = undefinedLength || (vr === 'SQ' && stated !== 'UN');
    if (!isSequence) return { ...head, valueEnd: valueStart + length, end: valueStart + length };
    if (undefinedLength && stated !== undefined && stated !== 'SQ' && stated !== 'UN') {
      throw this.corrupt(start, `${tagText(tag)} of VR ${stated} has no length`);
    }
    const inner = stated === 'UN' ? IMPLICIT : encoding;
    const sequence = this.sequence(valueStart, undefinedLength ? undefined : valueStart + length, limit, inner, depth);
    const { items, ...ends } = sequence;
    return { ...head, ...ends, ...(stated !== 'UN' && { vr: 'SQ', items }) };
  }

  private sequence(start: number, end: number | undefined, limit: number, encoding: Encoding, depth: number) {
    const items: Item[] = [];
    const bound = end ?? limit;
    let at = start;
    while (at !== end) {
      const tag = this.tag(at, bound, encoding);
      const length = this.length(at + 4, bound, encoding);
      if (tag === SEQUENCE_END && end === undefined) return { items, valueEnd: at, end: at + 8 };
      if (tag !== ITEM) throw this.corrupt(at, `${tagText(tag)} where an item of a sequence should begin`);
      const undefinedLength = length === UNDEFINED_LENGTH;
      if (!undefinedLength && at + 8 + length > bound) throw this.corrupt(at, 'an item ends behind its sequence');
      const content = this.elements(at + 8, undefinedLength ? bound : at + 8 + length, encoding, depth + 1);
      items.push({ undefinedLength, elements: content.elements });
      at = undefinedLength ? content.end : at + 8 + length;
    }
    return { items, valueEnd: at, end: at };
  }

  /** Encapsulated pixel data: an offset table and fragments (PS3.5 A.4). */
  private fragments(start: number, limit: number, encoding: Encoding): { valueEnd: number; end: number } {
    for (let at = start; ;) {
      const tag = this.tag(at, limit, encoding);
      const length = this.length(at + 4, limit, encoding);
      if (tag === SEQUENCE_END) return { valueEnd: at, end: at + 8 };
      if (tag !== ITEM) throw this.corrupt(at, `${tagText(tag)} where a fragment of the pixel data should begin`);
      at += 8 + length;
    }
  }

  private tag(at: number, limit: number, { littleEndian }: Encoding): Tag {
    this.need(at, 4, limit);
    return this.#view.getUint16(at, littleEndian) * 65_536 + this.#view.getUint16(at + 2, littleEndian);
  }

  private length(at: number, limit: number, { littleEndian }: Encoding): number {
    this.need(at, 4, limit);
    return this.#view.getUint32(at, littleEndian);
  }

  private short(at: number, limit: number, { littleEndian }: Encoding): number {
    this.need(at, 2, limit);
    return this.#view.getUint16(at, littleEndian);
  }

  private vr(at: number, limit: number): string {
    this.need(at, 2, limit);
    const vr = String.fromCharCode(this.#view.getUint8(at), this.#view.getUint8(at + 1));
    if (!SHORT_VRS.has(vr) && !LONG_VRS.has(vr)) throw this.corrupt(at, 'no value representation where one should be');
    return vr;
  }

  private onlyZeros(from: number, to: number): boolean {
    for (let at = from; at < to; at++) if (this.#view.getUint8(at) !== 0) return false;
    return true;
  }

  private need(at: number, count: number, limit: number): void {
    if (at + count > limit) throw this.corrupt(at, 'it ends in the middle of an attribute');
  }

  private corrupt(at: number, reason: string): AppError {
    return new AppError('format-corrupt', this.path, `${this.path}: damaged near byte ${at}: ${reason}`);
  }
}
