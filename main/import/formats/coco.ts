/** COCO: run lengths, compressed or not, and polygons, of which each is filled by itself. Frames are known by file name. */
import { z } from 'zod';
import { shortText, sizePx } from '../../../shared/domain';
import { AppError } from '../../../shared/errors';
import { maskFromCocoRle, rasterizePolygon, union, type Mask } from '../../../shared/mask';
import type { FoundMask, MaskReader } from '../found-mask';

const id = z.union([z.int(), z.string().max(200)]);
const polygon = z.array(z.number()).min(6).max(2_000_000);
const rle = z.object({
  size: z.tuple([sizePx, sizePx]),
  counts: z.union([z.string(), z.array(z.int().min(0))]),
});
const coco = z.object({
  images: z.array(z.object({ id, file_name: z.string().min(1).max(4_096), width: sizePx, height: sizePx })),
  categories: z.array(z.object({ id, name: shortText })),
  annotations: z.array(z.object({ image_id: id, category_id: id, segmentation: z.unknown().optional() })),
});
const segmentation = z.union([rle, z.array(polygon).min(1)]);

/** Whether a JSON value means to be COCO. */
export function isCoco(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'images' in json && 'annotations' in json;
}

export const readCoco =
  (json: unknown): MaskReader =>
  async ({ path }, { problem }) => {
    const parsed = coco.safeParse(json);
    if (!parsed.success) throw new AppError('format-corrupt', path, `${path}: ${z.prettifyError(parsed.error)}`);
    const { images, categories, annotations } = parsed.data;
    const imageOf = new Map(images.map((image) => [image.id, image]));
    const labelOf = new Map(categories.map((category) => [category.id, category.name]));
    const found: FoundMask[] = [];
    for (const [i, { image_id, category_id, segmentation: shape }] of annotations.entries()) {
      const image = imageOf.get(image_id);
      const checked = segmentation.safeParse(shape);
      if (!image || !checked.success) {
        problem('unsupported', `annotation ${i + 1}: ${image ? 'no polygons or run lengths' : 'no such image'}`);
        continue;
      }
      found.push({
        image: image.file_name,
        size: [image.width, image.height],
        label: labelOf.get(category_id) ?? null,
        draw: (widthPx, heightPx) => drawn(checked.data, widthPx, heightPx),
      });
    }
    return found;
  };

function drawn(shape: z.infer<typeof segmentation>, widthPx: number, heightPx: number): Mask {
  if (!Array.isArray(shape)) return maskFromCocoRle(shape);
  return shape.map((ring) => rasterizePolygon([ring], widthPx, heightPx)).reduce(union);
}
