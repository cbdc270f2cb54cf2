/**
 * The operands of pickle opcodes: numbers, strings and byte runs from a buffer, with every length checked against what is
 * there. Knows no opcode.
 */
import { corrupt, unsafe } from './file';

/** Python writes the longest integer we need, the magic number of the legacy container, in 10 bytes. */
const MAX_INTEGER_BYTES = 32;
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The bytes of a pickle from a position on; every read checks that they are there. */
export class PickleReader {
  private readonly view: DataView;

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
    private readonly path: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves past `length` bytes and returns where they began. */
  private advance(length: number): number {
    const start = this.position;
    if (length > this.bytes.length - start) {
      throw corrupt(this.path, `truncated: the pickle wants ${length} bytes at ${start}, of ${this.bytes.length}`);
    }
    this.position = start + length;
    return start;
  }

  uint8(): number {
    return this.view.getUint8(this.advance(1));
  }

  uint16(): number {
    return this.view.getUint16(this.advance(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.advance(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.advance(4), true);
  }

  /** A length field: beyond 2^53 it loses digits, but then no file is that long. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.advance(8), true));
  }

  /** Big-endian, unlike everything else in a pickle. */
  float64(): number {
    return this.view.getFloat64(this.advance(8), false);
  }

  take(length: number): Uint8Array {
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  utf8(length: number): string {
    const bytes = this.take(length);
    try {
      return utf8Decoder.decode(bytes);
    } catch (cause) {
      throw corrupt(this.path, `the pickle holds a string that is not UTF-8 before byte ${this.position}`, cause);
    }
  }

  /** Up to the line feed, which is not part of the result. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw corrupt(this.path, 'truncated: a name in the pickle does not end');
    const text = this.utf8(end - this.position);
    this.position = end + 1;
    return text;
  }

  /** Two's complement, little-endian; a number where that is exact. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) throw unsafe(this.path, `the pickle holds an integer of ${length} bytes`);
    let value = 0n;
    const bytes = this.take(length);
    bytes.forEach((byte, index) => (value |= BigInt(byte) << BigInt(8 * index)));
    value = BigInt.asIntN(8 * length, value);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
}
