/** Bytes of a frame to samples: byte order, planes, signs and unused bits taken care of. Not their meaning. */
import type { PixelDescription } from './description';

/** Interleaved. */
export type Samples = Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array;

export interface Layout extends Pick<
  PixelDescription,
  'samplesPerPixel' | 'planar' | 'bitsStored' | 'highBit' | 'signed'
> {
  readonly bitsAllocated: 8 | 16 | 32;
  readonly bigEndian: boolean;
}

/** @param bytes `bitsAllocated / 8` bytes a sample, exactly */
export function toSamples(bytes: Uint8Array, layout: Layout): Samples {
  const samples = arrayOf(layout.bigEndian ? swapped(bytes, layout.bitsAllocated / 8) : bytes, layout);
  const interleaved = layout.planar && layout.samplesPerPixel === 3 ? interleave(samples) : samples;
  dropUnusedBits(interleaved, layout);
  return interleaved;
}

/** 1 bit a pixel, lowest first (PS3.5 annex D). @param count of pixels */
export function unpackBits(bytes: Uint8Array, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => ((bytes[i >> 3] ?? 0) >> (i & 7)) & 1);
}

/** Typed arrays of this machine are little endian, as all that Electron runs on. */
function arrayOf(bytes: Uint8Array, { bitsAllocated, signed }: Layout): Samples {
  if (bitsAllocated === 8) return signed ? new Int8Array(bytes) : Uint8Array.from(bytes);
  const { buffer } = Uint8Array.from(bytes);
  if (bitsAllocated === 16) return signed ? new Int16Array(buffer) : new Uint16Array(buffer);
  return signed ? new Int32Array(buffer) : new Uint32Array(buffer);
}

function swapped(bytes: Uint8Array, size: number): Uint8Array {
  const copy = Buffer.from(bytes);
  if (size === 2) copy.swap16();
  if (size === 4) copy.swap32();
  return copy;
}

function interleave<T extends Samples>(planes: T): T {
  const out = planes.slice() as T;
  const pixels = planes.length / 3;
  for (let i = 0; i < pixels; i++) {
    for (let k = 0; k < 3; k++) out[3 * i + k] = planes[k * pixels + i] as number;
  }
  return out;
}

/** Bits beside the stored ones once held overlays; a sign is that of the stored bits. In place. */
function dropUnusedBits(samples: Samples, { bitsAllocated, bitsStored, highBit, signed }: Layout): void {
  if (bitsStored === bitsAllocated) return;
  const left = 31 - highBit;
  const right = 32 - bitsStored;
  for (let i = 0; i < samples.length; i++) {
    const shifted = (samples[i] as number) << left;
    samples[i] = signed ? shifted >> right : shifted >>> right;
  }
}
