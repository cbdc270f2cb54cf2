/**
 * PNG masks: 0 and something, label numbers, or a palette whose indices are label numbers. The image has the same name,
 * perhaps with `_mask` or a number behind it. A folder called like a label of the project, below `masks`, names the label.
 */
import { decode } from 'fast-png';
import { basename, dirname, join, sep } from 'node:path';
import { inflateSync } from 'node:zlib';
import { AppError } from '../../../shared/errors';
import { labelFolders } from '../../export';
import { checkDecodedSize, MAX_FRAME_PIXELS } from '../../study';
import type { FoundMask, MaskFile, MaskReader, Reading } from '../found-mask';
import { labelValues, masksOfValues } from '../label-values';
import { readInside } from '../mask-files';

const THRESHOLD = 128;

export const readPng: MaskReader = async (file, reading) => {
  const image = decodeValues(await readInside(file.root, file.path), file.path);
  const found = masksOfValues(file, image, await labelValues(file), { ...namesOf(file) }, reading);
  const label = labelOf(file, reading);
  return label === null ? found : found.map((mask) => ({ ...mask, label }));
};

interface Values {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly data: Uint8Array | Uint16Array;
}

/** Palette indices and single channels as they are; of colours, whether they are bright. */
export function decodeValues(bytes: Uint8Array, path: string): Values {
  const corrupt = (reason: string, cause?: unknown): AppError =>
    new AppError('format-corrupt', path, `${path}: ${reason}`, { cause });
  if (bytes.length < 33) throw corrupt('truncated');
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [widthPx, heightPx] = [head.getUint32(16), head.getUint32(20)];
  if (head.getUint32(0) !== 0x89504e47 || widthPx * heightPx === 0) throw corrupt('no PNG');
  if (widthPx * heightPx > MAX_FRAME_PIXELS) {
    throw new AppError('too-large', path, `${path}: ${widthPx}x${heightPx} pixels`);
  }
  const [depthStored = 8, kind = 0] = bytes.subarray(24, 26);
  checkDecodedSize(path, widthPx * heightPx, CHANNELS[kind] ?? 4, depthStored);
  let png;
  try {
    checkPacked(bytes, widthPx * heightPx * (CHANNELS[kind] ?? 4) * (depthStored / 8) + 8 * (widthPx + heightPx + 8));
    png = decode(bytes, { checkCrc: true });
  } catch (cause) {
    throw corrupt(cause instanceof Error ? cause.message : String(cause), cause);
  }
  const { data, channels, depth } = png;
  if (data instanceof Uint8ClampedArray) throw corrupt('samples of an unknown kind');
  if (depth < 8) return { widthPx, heightPx, data: unpacked(data, widthPx, heightPx, depth) };
  if (channels === 1) return { widthPx, heightPx, data };
  const white = depth === 16 ? 257 : 1;
  const colours = Math.min(channels === 2 ? 1 : 3, channels);
  const bright = new Uint8Array(widthPx * heightPx);
  for (let i = 0; i < bright.length; i++) {
    let most = 0;
    for (let k = 0; k < colours; k++) most = Math.max(most, data[i * channels + k] as number);
    bright[i] = most >= THRESHOLD * white ? 1 : 0;
  }
  return { widthPx, heightPx, data: bright };
}

/** By PNG's kinds of colour: grey, RGB, palette, with alpha. */
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The decoder unpacks whatever there is: more than the image can have is a bomb. @throws Error */
function checkPacked(bytes: Uint8Array, most: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data: Uint8Array[] = [];
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const from = at + 8;
    if (view.getUint32(at + 4) === 0x49444154) data.push(bytes.subarray(from, from + view.getUint32(at)));
  }
  inflateSync(Buffer.concat(data), { maxOutputLength: most });
}

/** Rows of 1, 2 or 4 bits a pixel, each beginning on a byte, highest bits first. */
function unpacked(packed: ArrayLike<number>, widthPx: number, heightPx: number, depth: number): Uint8Array {
  const values = new Uint8Array(widthPx * heightPx);
  const [perByte, stride] = [8 / depth, Math.ceil((widthPx * depth) / 8)];
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      const byte = packed[y * stride + Math.floor(x / perByte)] as number;
      values[y * widthPx + x] = (byte >> (8 - depth * ((x % perByte) + 1))) & ((1 << depth) - 1);
    }
  }
  return values;
}

/** Where images lie whose masks lie in a folder of this name. */
const IMAGE_FOLDERS: Readonly<Record<string, string>> = {
  label: 'img',
  labels: 'images',
  masks: 'images',
  labelsTr: 'imagesTr',
  labelsTs: 'imagesTs',
};

function namesOf({ path, relativePath }: MaskFile): Pick<FoundMask, 'image' | 'imagePath'> {
  const folder = basename(dirname(path));
  const images = IMAGE_FOLDERS[folder];
  if (images === undefined) return { image: relativePath };
  const name = images.startsWith('imagesT') ? basename(path).replace(/\.png$/i, '_0000.png') : basename(path);
  return { image: relativePath, imagePath: join(dirname(path), '..', images, name) };
}

function labelOf({ path }: MaskFile, { labels }: Reading): string | null {
  const folders = dirname(path).split(sep);
  const below = folders[folders.lastIndexOf('masks') + 1];
  if (!folders.includes('masks') || below === undefined) return null;
  // macOS takes letters and their accents apart.
  const isIt = (folder: string): boolean => folder.normalize('NFC') === below.normalize('NFC');
  const places = labelFolders(labels);
  // Where some labels alone were exported, a folder may be called as if its label were the only one.
  return (
    labels.find((_, i) => isIt(places[i] ?? '')) ?? labels.find((label) => labelFolders([label]).some(isIt)) ?? null
  );
}
