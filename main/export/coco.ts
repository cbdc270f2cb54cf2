/**
 * COCO JSON with masks as compressed run lengths or polygons, as pycocotools reads them. Written image by image: of 20,000 images no
 * more than one is in memory, where the caller lists them lazily.
 */
import { AppError } from '../../shared/errors';
import { areaPx, boundingBox, type BoundingBox, cocoRle, type CocoRle, type Mask, type Ring } from '../../shared/mask';
import { writeAtomically } from '../files';

/** One instance of a label on a frame. */
export interface CocoInstance {
  readonly label: string;
  /** Run lengths, or polygons of which each is filled by itself. */
  readonly segmentation: CocoRle | readonly Ring[];
  readonly areaPx: number;
  readonly bbox: BoundingBox;
  /** Predicted quality, 0 to 1; undefined for a mask that a person drew. */
  readonly score: number | undefined;
}

/** A frame with its instances. */
export interface CocoImage {
  readonly fileName: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly instances: readonly CocoInstance[];
}

export interface CocoOptions {
  /** The categories, whose ids count from 1 in this order. */
  readonly labels: readonly string[];
  readonly description: string;
  /** Asked twice, and must list the same both times: COCO puts all images before all annotations. */
  readonly images: () => Iterable<CocoImage> | AsyncIterable<CocoImage>;
}

/** The instance that a mask shows; undefined for an empty mask, which COCO has no place for. */
export function cocoInstance(label: string, mask: Mask, score?: number): CocoInstance | undefined {
  const bbox = boundingBox(mask);
  return bbox ? { label, segmentation: cocoRle(mask), areaPx: areaPx(mask), bbox, score } : undefined;
}

/**
 * Writes the file, complete or not at all.
 *
 * @throws AppError `label-unknown` for an instance whose label is not among the categories, `disk-full`, `write-failed`.
 */
export async function writeCoco(path: string, { labels, description, images }: CocoOptions): Promise<void> {
  const categoryIds = new Map(labels.map((label, i) => [label, i + 1]));
  await writeAtomically(path, async (write) => {
    await write(`{"info":${JSON.stringify({ description, version: '1.0' })},"licenses":[],"images":[`);
    let imageId = 0;
    for await (const { fileName, widthPx, heightPx } of images()) {
      imageId++;
      const image = { id: imageId, file_name: fileName, width: widthPx, height: heightPx };
      await write(`${imageId > 1 ? ',' : ''}\n${JSON.stringify(image)}`);
    }
    await write('\n],"annotations":[');
    imageId = 0;
    let id = 0;
    for await (const { instances } of images()) {
      imageId++;
      for (const { label, segmentation, areaPx: area, bbox, score } of instances) {
        const category = categoryIds.get(label);
        if (category === undefined) throw new AppError('label-unknown', label, `${path}: no category "${label}"`);
        id++;
        const annotation = {
          ...{ id, image_id: imageId, category_id: category, iscrowd: 0 },
          ...{ area, bbox, segmentation, ...(score !== undefined && { score }) },
        };
        await write(`${id > 1 ? ',' : ''}\n${JSON.stringify(annotation)}`);
      }
    }
    const categories = labels.map((name, i) => ({ id: i + 1, name, supercategory: '' }));
    await write(`\n],"categories":${JSON.stringify(categories)}}\n`);
  });
}
