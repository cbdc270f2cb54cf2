/** DICOM files made for tests: explicit little endian, a header of the caller's and whatever pixel data it gives. */

type Value = number | string | Uint8Array | readonly Element[][];
export type Element = readonly [tag: number, vr: string, value: Value];

const LONG = new Set(['OB', 'OW', 'SQ', 'UN']);

/** @param elements in ascending order of tags, 0xGGGGEEEE */
export function dicomFile(elements: readonly Element[], transferSyntax = '1.2.840.10008.1.2.1'): Buffer {
  const meta = element([0x00020010, 'UI', transferSyntax]);
  return Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), meta, ...elements.map(element)]);
}

export interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly frames?: number;
  readonly pixels: Uint8Array;
  /** Before the image's own attributes; in ascending order. */
  readonly before?: readonly Element[];
}

/** An 8-bit grey loop, not compressed. */
export function greyLoop({ rows, columns, frames = 1, pixels, before = [] }: Picture): Element[] {
  return [
    ...before,
    [0x00280002, 'US', 1],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(frames)],
    [0x00280010, 'US', rows],
    [0x00280011, 'US', columns],
    [0x00280100, 'US', 8],
    [0x00280101, 'US', 8],
    [0x00280102, 'US', 7],
    [0x00280103, 'US', 0],
    [0x7fe00010, 'OB', pixels],
  ];
}

function element([tag, vr, value]: Element): Buffer {
  const content = contentOf(vr, value);
  const head = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, 'latin1');
  if (LONG.has(vr)) head.writeUInt32LE(content.length, 8);
  else head.writeUInt16LE(content.length, 6);
  return Buffer.concat([head, content]);
}

function contentOf(vr: string, value: Value): Buffer {
  if (value instanceof Uint8Array) return even(Buffer.from(value), 0);
  if (typeof value === 'string') return even(Buffer.from(value, 'latin1'), vr === 'UI' ? 0 : 0x20);
  if (typeof value === 'number') return number(vr, value);
  const items = value.map((elements) => {
    const content = Buffer.concat(elements.map(element));
    const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
    head.writeUInt32LE(content.length, 4);
    return Buffer.concat([head, content]);
  });
  return Buffer.concat(items);
}

function number(vr: string, value: number): Buffer {
  const bytes = Buffer.alloc(vr === 'US' ? 2 : vr === 'UL' ? 4 : 8);
  if (vr === 'US') bytes.writeUInt16LE(value);
  else if (vr === 'UL') bytes.writeUInt32LE(value);
  else bytes.writeDoubleLE(value);
  return bytes;
}

function even(bytes: Buffer, padding: number): Buffer {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.from([padding])]);
}
