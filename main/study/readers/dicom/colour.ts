/** Colours of a frame to RGB: YCbCr as JFIF has it (PS3.3 C.7.6.3.1.2) and palettes. Not grey, not windows. */

/** In place, 8 bit, interleaved. Fixed point of libjpeg (jdcolor.c), so that decoders agree to the last bit. */
export function ybrToRgb(samples: Uint8Array): void {
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const y = samples[i] as number;
    const cb = (samples[i + 1] as number) - 128;
    const cr = (samples[i + 2] as number) - 128;
    samples[i] = clamp(y + ((91_881 * cr + 32_768) >> 16));
    samples[i + 1] = clamp(y + ((-22_554 * cb - 46_802 * cr + 32_768) >> 16));
    samples[i + 2] = clamp(y + ((116_130 * cb + 32_768) >> 16));
  }
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 255 ? 255 : value;
}

/** Uncompressed YBR_FULL_422: Y1 Y2 Cb Cr for two pixels, to three samples a pixel. @param pixels even */
export function expand422(bytes: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i++) {
    const at = 4 * (i >> 1);
    out[3 * i] = bytes[at + (i & 1)] as number;
    out[3 * i + 1] = bytes[at + 2] as number;
    out[3 * i + 2] = bytes[at + 3] as number;
  }
  return out;
}

/** A palette as DICOM stores it, one of its three colours (PS3.3 C.7.6.3.1.5). */
export interface PaletteColour {
  /** The sample that the first entry is for; those below get it too, those beyond the last the last. */
  readonly first: number;
  readonly entries: Uint8Array | Uint16Array;
}

export type Palette = readonly [PaletteColour, PaletteColour, PaletteColour];

/** RGB of 8 bit. Entries of 16 bit are reduced to their upper byte; some writers put 8-bit values into them. */
export function applyPalette(samples: ArrayLike<number>, palette: Palette): Uint8Array {
  const out = new Uint8Array(3 * samples.length);
  const isWide = palette.some(({ entries }) => entries.some((entry) => entry > 255));
  for (const [k, { first, entries }] of palette.entries()) {
    const bytes = Uint8Array.from(entries, (entry) => (isWide ? entry >> 8 : entry));
    const last = bytes.length - 1;
    for (let i = 0; i < samples.length; i++) {
      const index = (samples[i] as number) - first;
      out[3 * i + k] = bytes[index < 0 ? 0 : index > last ? last : index] as number;
    }
  }
  return out;
}
