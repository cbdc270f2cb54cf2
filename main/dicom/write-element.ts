/** Bytes of elements, items and values that are not copied from the source. */
import { ITEM, ITEM_END, LONG_VRS, SEQUENCE_END, UNDEFINED_LENGTH, type Encoding } from './data-set';
import type { Tag } from './attributes';

export function totalBytes(chunks: readonly Uint8Array[]): number {
  return chunks.reduce((sum, { length }) => sum + length, 0);
}

/** An element with a value of even length. */
export function elementBytes(encoding: Encoding, tag: Tag, vr: string, value: readonly Uint8Array[]): Uint8Array[] {
  return [header(encoding, tag, vr, totalBytes(value)), ...value];
}

/** An element of text, padded as its VR wants it (PS3.5 6.2). ASCII. */
export function textElement(encoding: Encoding, tag: Tag, vr: string, text: string): Uint8Array[] {
  const padded = text.length % 2 === 0 ? text : `${text}${vr === 'UI' ? '\0' : ' '}`;
  return elementBytes(encoding, tag, vr, [Buffer.from(padded, 'latin1')]);
}

/** A sequence, with or without lengths as the source has it. */
export function sequenceBytes(
  encoding: Encoding,
  tag: Tag,
  undefinedLength: boolean,
  items: readonly (readonly Uint8Array[])[],
): Uint8Array[] {
  const content = items.flat();
  const length = undefinedLength ? UNDEFINED_LENGTH : totalBytes(content);
  const end = undefinedLength ? [marker(encoding, SEQUENCE_END, 0)] : [];
  return [header(encoding, tag, 'SQ', length), ...content, ...end];
}

export function itemBytes(
  encoding: Encoding,
  undefinedLength: boolean,
  content: readonly Uint8Array[],
): readonly Uint8Array[] {
  const head = marker(encoding, ITEM, undefinedLength ? UNDEFINED_LENGTH : totalBytes(content));
  return [head, ...content, ...(undefinedLength ? [marker(encoding, ITEM_END, 0)] : [])];
}

function header(encoding: Encoding, tag: Tag, vr: string, length: number): Uint8Array {
  if (!encoding.explicit) return marker(encoding, tag, length);
  const isLong = LONG_VRS.has(vr);
  const bytes = Buffer.alloc(isLong ? 12 : 8);
  bytes.set(marker(encoding, tag, 0).subarray(0, 4));
  bytes.write(vr, 4, 'latin1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isLong) view.setUint32(8, length, encoding.littleEndian);
  else view.setUint16(6, length, encoding.littleEndian);
  return bytes;
}

/** Tag and length: an element of implicit VR, an item, a delimiter. */
function marker({ littleEndian }: Encoding, tag: Tag, length: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint16(0, tag >>> 16, littleEndian);
  view.setUint16(2, tag & 0xffff, littleEndian);
  view.setUint32(4, length, littleEndian);
  return new Uint8Array(view.buffer);
}
