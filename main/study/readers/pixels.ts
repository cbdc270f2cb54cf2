/**
 * From decoded samples to what is shown and what the model sees: 8-bit grey, colour as Pillow's mode 'L' makes it, and the
 * colours themselves where there are any. Alpha is ignored, as Pillow does.
 */
import { luma, type ColourImage } from '../../../shared/image';

type Size = Pick<ColourImage, 'widthPx' | 'heightPx'>;

/**
 * @param samples interleaved, `channels` a pixel: grey (1), grey and alpha (2), RGB (3) or RGB and alpha (4). 16-bit
 *   samples become 8-bit ones by v / 257, rounded: black stays black, white stays white.
 */
export function fromSamples(samples: Uint8Array | Uint16Array, channels: number, size: Size): ColourImage {
  const bytes = samples instanceof Uint16Array ? narrow(samples) : samples;
  if (channels >= 3) return fromRgb(channels === 3 ? bytes : pick(bytes, channels, 3), size);
  return { ...size, data: channels === 1 ? bytes : pick(bytes, channels, 1) };
}

/** @param rgb interleaved, three bytes a pixel */
export function fromRgb(rgb: Uint8Array, size: Size): ColourImage {
  const data = new Uint8Array(size.widthPx * size.heightPx);
  let isColour = false;
  for (let i = 0, at = 0; i < data.length; i++, at += 3) {
    const [red, green, blue] = [rgb[at] as number, rgb[at + 1] as number, rgb[at + 2] as number];
    data[i] = luma(red, green, blue);
    isColour ||= red !== green || green !== blue;
  }
  return { ...size, data, ...(isColour && { rgb }) };
}

/** The first `wanted` of each pixel's channels. */
function pick(bytes: Uint8Array, channels: number, wanted: number): Uint8Array {
  const out = new Uint8Array((bytes.length / channels) * wanted);
  for (let i = 0; i < out.length; i++) {
    out[i] = bytes[Math.floor(i / wanted) * channels + (i % wanted)] as number;
  }
  return out;
}

function narrow(samples: Uint16Array): Uint8Array {
  const bytes = new Uint8Array(samples.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round((samples[i] as number) / 257);
  return bytes;
}
