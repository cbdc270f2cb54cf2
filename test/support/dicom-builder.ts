/** Small DICOM files for tests, in any of the uncompressed transfer syntaxes. Written apart from the product's own writer. */
import { deflateRawSync } from 'node:zlib';

export const SYNTAXES = {
  implicit: '1.2.840.10008.1.2',
  explicit: '1.2.840.10008.1.2.1',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
} as const;
export type Syntax = keyof typeof SYNTAXES;

/** Text, bytes, unsigned numbers of the VR's size, or the items of a sequence. */
export type Value =
  string | Uint8Array | readonly number[] | { readonly items: readonly DataSet[]; readonly open?: boolean };
export type DataSet = readonly (readonly [tag: number, vr: string, value: Value])[];

const LONG = new Set(['OB', 'OW', 'SQ', 'UC', 'UN', 'UR', 'UT', 'OF', 'OD']);
const SIZES: Record<string, number> = { US: 2, UL: 4 };

function uint(value: number, size: 2 | 4, little: boolean): Buffer {
  const bytes = Buffer.alloc(size);
  if (little) bytes.writeUIntLE(value, 0, size);
  else bytes.writeUIntBE(value, 0, size);
  return bytes;
}

function tagOf(tag: number, little: boolean): Buffer {
  return Buffer.concat([uint(tag >>> 16, 2, little), uint(tag & 0xffff, 2, little)]);
}

function valueOf(vr: string, value: Value, explicit: boolean, little: boolean): Buffer {
  if (typeof value === 'string') {
    const padded = value.length % 2 === 0 ? value : value + (vr === 'UI' ? '\0' : ' ');
    return Buffer.from(padded, 'latin1');
  }
  if (value instanceof Uint8Array) return Buffer.from(value);
  if ('items' in value) {
    const items = value.items.map((item) => {
      const content = encode(item, explicit, little);
      const head = [tagOf(0xfffee000, little), uint(value.open ? 0xffffffff : content.length, 4, little), content];
      return Buffer.concat(value.open ? [...head, tagOf(0xfffee00d, little), uint(0, 4, little)] : head);
    });
    return Buffer.concat(value.open ? [...items, tagOf(0xfffee0dd, little), uint(0, 4, little)] : items);
  }
  const size = SIZES[vr] === 4 ? 4 : 2;
  return Buffer.concat(value.map((number) => uint(number, size, little)));
}

function encode(elements: DataSet, explicit: boolean, little: boolean): Buffer {
  return Buffer.concat(
    elements.map(([tag, vr, value]) => {
      const bytes = valueOf(vr, value, explicit, little);
      const isOpen = typeof value === 'object' && 'items' in value && value.open === true;
      const length = isOpen ? 0xffffffff : bytes.length;
      const head = !explicit
        ? [uint(length, 4, little)]
        : LONG.has(vr)
          ? [Buffer.from(vr), Buffer.alloc(2), uint(length, 4, little)]
          : [Buffer.from(vr), uint(length, 2, little)];
      return Buffer.concat([tagOf(tag, little), ...head, bytes]);
    }),
  );
}

/** @param meta further elements of group 2 */
export function dicomFile(elements: DataSet, syntax: Syntax = 'explicit', meta: DataSet = [], preamble = ''): Buffer {
  const data = encode(elements, syntax !== 'implicit', syntax !== 'bigEndian');
  const head = Buffer.alloc(128);
  head.write(preamble, 'latin1');
  const metaElements: DataSet = [
    [0x00020002, 'UI', '1.2.840.10008.5.1.4.1.1.6.1'],
    [0x00020003, 'UI', '1.2.3.4.5'],
    [0x00020010, 'UI', SYNTAXES[syntax]],
    ...meta,
  ];
  const content = syntax === 'deflated' ? deflateRawSync(data) : data;
  return Buffer.concat([head, Buffer.from('DICM'), encode(metaElements, true, true), content]);
}
