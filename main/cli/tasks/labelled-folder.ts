/**
 * A folder of images with their masks: `img/` and `label/`, an image and its mask having the same name, and the same place
 * where several have that name. What `evaluate` judges by and `finetune` learns from.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../../shared/errors';
import type { GrayImage } from '../../../shared/image';
import { type Mask, maskAbove } from '../../../shared/mask';
import { baseName, extensionOf, listImages, readImage, type ListedImage } from '../../study';

export interface LabelledFile {
  /** File name without extension. */
  readonly name: string;
  readonly imagePath: string;
  readonly maskPath: string;
}

export interface LabelledFolder {
  /** In natural order. */
  readonly files: readonly LabelledFile[];
  /** Images without a mask, and names of the list that are not there. */
  readonly failures: readonly AppError[];
}

/**
 * @param list text file with one name a line, to take only these; names may have an extension
 * @throws AppError `usage` where `img/` or `label/` is missing or nothing is found
 */
export async function openLabelledFolder(folder: string, list?: string): Promise<LabelledFolder> {
  const [images, masks] = await Promise.all(['img', 'label'].map((part) => listImages([join(folder, part)])));
  const [problem] = [...(images?.failures ?? []), ...(masks?.failures ?? [])];
  if (!images || !masks || problem) {
    throw new AppError('usage', folder, `${folder} must have the folders img/ and label/: ${problem?.message}`);
  }
  const maskAt = new Map(masks.images.map((mask) => [placeOf(mask), mask.absolutePath]));
  const [imageNamed, maskNamed] = [onlyByName(images.images), onlyByName(masks.images)];
  const wanted = list === undefined ? undefined : await namesIn(list);
  const missing = new Set(wanted);
  const files: LabelledFile[] = [];
  const failures: AppError[] = [];
  for (const image of images.images) {
    const { absolutePath } = image;
    const name = baseName(absolutePath);
    if (wanted && !wanted.has(name)) continue;
    missing.delete(name);
    const maskPath = maskAt.get(placeOf(image)) ?? (imageNamed.has(name) ? maskNamed.get(name) : undefined);
    if (maskPath) files.push({ name, imagePath: absolutePath, maskPath });
    else failures.push(new AppError('file-not-found', absolutePath, `${absolutePath}: no mask of this name in label/`));
  }
  for (const name of missing) {
    failures.push(
      new AppError('file-not-found', name, `${list}: there is no image "${name}" in ${join(folder, 'img')}`),
    );
  }
  if (files.length === 0) throw new AppError('usage', folder, `${folder}: no image with a mask`);
  return { files, failures };
}

/** Below its folder, without extension: images in different folders may have one name. */
function placeOf({ relativePath }: ListedImage): string {
  return relativePath.slice(0, relativePath.length - extensionOf(relativePath).length);
}

/** Paths of those whose name no other has: they find each other wherever they lie. */
function onlyByName(images: readonly ListedImage[]): Map<string, string> {
  const paths = new Map<string, string>();
  const shared = new Set<string>();
  for (const { absolutePath } of images) {
    const name = baseName(absolutePath);
    if (paths.has(name)) shared.add(name);
    paths.set(name, absolutePath);
  }
  for (const name of shared) paths.delete(name);
  return paths;
}

/** Reads one pair; every pixel of the mask's file that is not 0 is foreground. */
export async function readPair({ imagePath, maskPath }: LabelledFile): Promise<{ image: GrayImage; mask: Mask }> {
  const [{ frame: image }, { frame: label }] = await Promise.all([readImage(imagePath), readImage(maskPath)]);
  if (image.widthPx !== label.widthPx || image.heightPx !== label.heightPx) {
    const sizes = `${label.widthPx}x${label.heightPx} px, its image ${image.widthPx}x${image.heightPx}`;
    throw new AppError('format-corrupt', maskPath, `${maskPath}: the mask has ${sizes}`);
  }
  return { image, mask: maskAbove(label.data, label.widthPx, label.heightPx, 0) };
}

async function namesIn(list: string): Promise<Set<string>> {
  const text = await readFile(list, 'utf8').catch((cause: unknown) => {
    throw new AppError('file-not-found', list, `${list}: ${cause instanceof Error ? cause.message : cause}`, { cause });
  });
  return new Set(
    text
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map((line) => line.replace(/\.(png|jpe?g|tiff?|bmp)$/i, '')),
  );
}
