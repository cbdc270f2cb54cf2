/** Frames as PNG for the page: whole, or small for the study list. */
import sharp, { type Sharp } from 'sharp';
import type { GrayImage } from '../../shared/image';

export const THUMBNAIL_PX = 160;

/** An 8-bit grey PNG with exactly these pixels. Hardly compressed: it lives for one trip to the page. */
export async function framePng(frame: GrayImage): Promise<Uint8Array> {
  return asPng(raw(frame), 0);
}

/** At most 160 px on the longer side, never enlarged. */
export async function thumbnailPng(frame: GrayImage): Promise<Uint8Array> {
  const small = raw(frame).resize(THUMBNAIL_PX, THUMBNAIL_PX, { fit: 'inside', withoutEnlargement: true });
  return asPng(small, 6);
}

function raw({ widthPx, heightPx, data }: GrayImage): Sharp {
  return sharp(data, { raw: { width: widthPx, height: heightPx, channels: 1 } });
}

async function asPng(picture: Sharp, compressionLevel: number): Promise<Uint8Array> {
  // Without a colour space libvips writes grey as three equal colours.
  const bytes = await picture.toColourspace('b-w').png({ compressionLevel, adaptiveFiltering: false }).toBuffer();
  return new Uint8Array(bytes);
}
