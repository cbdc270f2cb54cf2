/** A data set of our own, written as a literal: explicit little endian, text in UTF-8 (ISO_IR 192). */
import type { Tag } from './attributes';
import { EXPLICIT } from './part10';
import { elementBytes, itemBytes, sequenceBytes } from './write-element';

/** Text, numbers of the VR's size (US, UL, AT), bytes, or the items of a sequence. */
export type Value = string | Uint8Array | readonly number[] | readonly DataSet[];
export type DataSet = readonly (readonly [tag: Tag, vr: string, value: Value])[];

/** @param elements in any order */
export function dataSetBytes(elements: DataSet): Uint8Array[] {
  return [...elements]
    .sort(([a], [b]) => a - b)
    .flatMap(([tag, vr, value]) => {
      if (vr !== 'SQ') return elementBytes(EXPLICIT, tag, vr, [even(bytesOf(vr, value), vr)]);
      const items = (value as readonly DataSet[]).map((item) => itemBytes(EXPLICIT, false, dataSetBytes(item)));
      return sequenceBytes(EXPLICIT, tag, false, items);
    });
}

function bytesOf(vr: string, value: Value): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (typeof value === 'string') return Buffer.from(value, 'utf8');
  const numbers = value as readonly number[];
  // An attribute's tag is two shorts, the group first.
  const shorts = vr === 'AT' ? numbers.flatMap((tag) => [tag >>> 16, tag & 0xffff]) : numbers;
  const size = vr === 'UL' ? 4 : 2;
  const bytes = Buffer.alloc(size * shorts.length);
  shorts.forEach((number, i) => bytes.writeUIntLE(number, size * i, size));
  return bytes;
}

function even(bytes: Uint8Array, vr: string): Uint8Array {
  if (bytes.length % 2 === 0) return bytes;
  const padded = Buffer.alloc(bytes.length + 1, vr === 'UI' || vr === 'OB' ? 0 : 0x20);
  padded.set(bytes);
  return padded;
}
