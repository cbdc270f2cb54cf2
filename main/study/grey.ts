/**
 * From decoded samples to the 8-bit grey the model was trained on: colour as Pillow's mode 'L' makes it. Alpha is
 * ignored, as Pillow does.
 */

/** Grey of a colour: ITU-R 601 luma in Pillow's fixed point (`src/libImaging/Convert.c`, L24). */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/**
 * @param samples interleaved, `channels` a pixel: grey (1), grey and alpha (2), RGB (3) or RGB and alpha (4). 16-bit
 *   samples become 8-bit ones by v / 257, rounded: black stays black, white stays white.
 * @returns one byte a pixel
 */
export function toGrey(samples: Uint8Array | Uint16Array, channels: number): Uint8Array {
  const bytes = samples instanceof Uint16Array ? narrow(samples) : samples;
  if (channels === 1) return bytes;
  const grey = new Uint8Array(bytes.length / channels);
  for (let i = 0, at = 0; i < grey.length; i++, at += channels) {
    const first = bytes[at] as number;
    grey[i] = channels === 2 ? first : luma(first, bytes[at + 1] as number, bytes[at + 2] as number);
  }
  return grey;
}

function narrow(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round((samples[i] as number) / 257);
  return bytes;
}
