/** RLE Lossless (PS3.5 annex G): PackBits segments, one a byte of a sample, most significant first. */

const HEADER_BYTES = 64;

/**
 * @param samples of a pixel
 * @returns interleaved samples, little endian
 * @throws Error with the reason
 */
export function decodeRle(bytes: Uint8Array, pixels: number, samples: number, bytesPerSample: number): Uint8Array {
  if (bytes.length < HEADER_BYTES) throw new Error('the RLE header is cut off');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const count = view.getUint32(0, true);
  if (count !== samples * bytesPerSample) {
    throw new Error(`${count} RLE segments where ${samples * bytesPerSample} are needed`);
  }
  const out = new Uint8Array(pixels * count);
  for (let segment = 0; segment < count; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const next = segment + 1 < count ? view.getUint32(8 + 4 * segment, true) : bytes.length;
    if (start < HEADER_BYTES || next < start || next > bytes.length) throw new Error('the RLE offsets are damaged');
    const sample = Math.floor(segment / bytesPerSample);
    const byte = bytesPerSample - 1 - (segment % bytesPerSample);
    unpack(bytes.subarray(start, next), out, sample * bytesPerSample + byte, count, pixels);
  }
  return out;
}

/** Writes the segment's bytes to `out` from `first` on, `step` apart. */
function unpack(segment: Uint8Array, out: Uint8Array, first: number, step: number, pixels: number): void {
  let at = first;
  const end = first + step * pixels;
  for (let i = 0; i < segment.length && at < end;) {
    const head = segment[i++] as number;
    if (head === 128) continue;
    const isRun = head > 128;
    const length = isRun ? 257 - head : head + 1;
    if (i + (isRun ? 1 : length) > segment.length) break;
    for (let k = 0; k < length && at < end; k++, at += step) out[at] = segment[isRun ? i : i + k] as number;
    i += isRun ? 1 : length;
  }
  if (at < end) throw new Error('an RLE segment ends early');
}
