/** Finds NaN and infinities in a weights file while it streams by, looking at exponent bits only. */
import { AppError } from '../../shared/errors';
import type { TensorInfo } from '../checkpoint';

/** Bytes of one element, and where its all-ones exponent sits in the two highest bytes (little endian). */
const FORMATS = { F32: { bytes: 4, exponent: 0x7f80 }, F16: { bytes: 2, exponent: 0x7c00 } } as const;

interface Section {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
  readonly exponent: number;
}

/** Feed the file's chunks in order to `update`. */
export class FinitenessCheck {
  private readonly sections: Section[];
  private position = 0;
  /** Last byte of the previous chunk: an element's two highest bytes may lie across a border. */
  private carried = 0;

  constructor(
    private readonly path: string,
    tensors: ReadonlyMap<string, TensorInfo>,
  ) {
    this.sections = [...tensors]
      .flatMap(([name, { dtype, byteOffset, byteLength }]) => {
        const format = dtype === 'F32' || dtype === 'F16' ? FORMATS[dtype] : undefined;
        return format ? [{ name, start: byteOffset, end: byteOffset + byteLength, ...format }] : [];
      })
      .sort((a, b) => a.start - b.start);
  }

  /** @throws AppError 'model-invalid' naming the tensor that holds a NaN or an infinity. */
  update(chunk: Uint8Array): void {
    const end = this.position + chunk.length;
    for (const section of this.sections) {
      if (section.end <= this.position || section.start >= end) continue;
      this.check(section, chunk);
    }
    this.carried = chunk[chunk.length - 1] ?? this.carried;
    this.position = end;
  }

  private check({ name, start, end, bytes, exponent }: Section, chunk: Uint8Array): void {
    // Index in the chunk of the first highest byte that belongs to this section.
    const offset = Math.max(start, this.position) - start;
    const first = start + Math.floor(offset / bytes) * bytes + bytes - 1 - this.position;
    const limit = Math.min(end - this.position, chunk.length);
    for (let i = first < 0 ? first + bytes : first; i < limit; i += bytes) {
      const low = i === 0 ? this.carried : (chunk[i - 1] ?? 0);
      if (((((chunk[i] ?? 0) << 8) | low) & exponent) === exponent) {
        throw new AppError('model-invalid', this.path, `${this.path}: ${name} holds NaN or infinite values`);
      }
    }
  }
}
