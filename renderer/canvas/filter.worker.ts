/** Filters images for viewing, away from the page: a large image takes seconds. One job after the other. */
import { filterSamples, type ColourImage, type Filter } from '../../shared/image';
import type { FilterAnswer, FilterJob } from './filter-protocol';
import { samplesOf } from './frame-image';
import { ImageCanvas } from './image-canvas';

const painter = new ImageCanvas();

self.addEventListener('message', ({ data: { id, filter, source } }: MessageEvent<FilterJob>) => {
  const image = source instanceof ImageBitmap ? imageOf(source) : source;
  const made = image && paint(image, filter);
  const answer: FilterAnswer = { id, made };
  self.postMessage(answer, { transfer: made ? [made] : [] });
});

function paint(image: ColourImage, filter: Filter): ImageBitmap {
  painter.paint(filteredImage(image, filter));
  return painter.canvas.transferToImageBitmap();
}

/** Colours keep their hue: each is made as much brighter or darker as its grey was. */
function filteredImage(image: ColourImage, filter: Filter): ColourImage {
  const data = filterSamples(image, filter);
  if (!image.rgb) return { ...image, data };
  const rgb = new Uint8ClampedArray(image.rgb);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    rgb[i] = (rgb[i] as number) + (data[pixel] as number) - (image.data[pixel] as number);
  }
  return { ...image, data, rgb: new Uint8Array(rgb.buffer) };
}

function imageOf(bitmap: ImageBitmap): ColourImage | null {
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return { widthPx: width, heightPx: height, ...samplesOf(context.getImageData(0, 0, width, height).data) };
}
