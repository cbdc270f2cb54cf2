/**
 * The source images of an export, de-identified, beside the masks; and the plan that knows nothing but these copies: names,
 * patients, UIDs and pixels are theirs in every format. What cannot be de-identified is left out with its masks.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { AppError, isAppError } from '../../shared/errors';
import type { ColourImage } from '../../shared/image';
import type { CopiedImages } from '../../shared/ipc';
import { blankPixels, deidentifyFile, Identities, textOutside, type Keep } from '../deidentify';
import { isDicom } from '../dicom';
import { writeAtomically } from '../files';
import { frameHash, readImage } from '../study';
import { exportNames, flatNames } from './export-names';
import type { ExportPlan, PlannedFrame, PlannedImages } from './export-plan';
import type { WriteTools } from './write-export';

const FOLDER = 'images';
const LISTED = 1_000;

/** A frame that was copied, and what it is called now. */
type Copied = Omit<PlannedFrame, 'name' | 'flatName'>;

/** @throws AppError `cancelled`, `disk-full`, `write-failed` */
export async function copyImages(
  plan: ExportPlan,
  images: PlannedImages,
  folder: string,
  { signal, onProgress }: WriteTools,
): Promise<{ plan: ExportPlan; copied: CopiedImages }> {
  const copier = new Copier(images, join(folder, FOLDER));
  const frames: Copied[] = [];
  const byImage = new Map<number, PlannedFrame[]>();
  for (const frame of plan.frames) byImage.set(frame.imageId, [...(byImage.get(frame.imageId) ?? []), frame]);
  for (const of of byImage.values()) {
    if (signal.aborted) throw new AppError('cancelled', folder, 'the export was withdrawn');
    frames.push(...(await copier.copy(of)));
    onProgress({ done: frames.length, total: plan.frames.length });
  }
  const named = frames.map((frame) => ({ ...frame, relativePath: frame.relativePath.slice(FOLDER.length + 1) }));
  const names = exportNames(named);
  const flat = flatNames(names);
  const about = {
    ...plan,
    frames: frames.map((frame, i) => ({ ...frame, name: names[i] ?? '', flatName: flat[i] ?? '' })),
  };
  return { plan: about, copied: copier.result() };
}

class Copier {
  readonly #identities: Identities;
  readonly #taken = new Set<string>();
  readonly #failed: CopiedImages['failed'] = [];
  readonly #text: string[] = [];
  #files = 0;
  #decompressed = 0;

  constructor(
    private readonly images: PlannedImages,
    private readonly out: string,
  ) {
    this.#identities = new Identities(Buffer.from(images.key, 'hex'), images.keep);
  }

  result(): CopiedImages {
    const { length: failedCount } = this.#failed;
    const [failed, text] = [this.#failed.slice(0, LISTED), this.#text.slice(0, LISTED)];
    return {
      files: this.#files,
      decompressed: this.#decompressed,
      failed,
      failedCount,
      text,
      textCount: this.#text.length,
    };
  }

  /** The frames of an image; none where it cannot be de-identified. */
  async copy(frames: readonly PlannedFrame[]): Promise<Copied[]> {
    const [first] = frames;
    if (!first) return [];
    try {
      return (await startsAsDicom(first.absolutePath))
        ? await this.#dicom(first, frames)
        : await this.#pictures(frames);
    } catch (error) {
      if (!isAppError(error) || error.code === 'disk-full' || error.code === 'write-failed') throw error;
      this.#failed.push({ path: first.relativePath, code: error.code, message: error.message });
      return [];
    }
  }

  /** @throws AppError `format-unknown` where none of the given areas is for it */
  #keepOf({ absolutePath, widthPx, heightPx, seriesId }: PlannedFrame): Keep {
    const { keep } = this.images;
    if (typeof keep === 'string') return keep;
    const areas = keep.filter(
      ({ only }) =>
        !only || (only.widthPx === widthPx && only.heightPx === heightPx && (only.seriesId ?? seriesId) === seriesId),
    );
    if (areas.length > 0) return areas.map(({ x0, y0, x1, y1 }) => ({ x0, y0, x1, y1 }));
    const reason = `no area to keep was given for pictures of ${widthPx}x${heightPx} px`;
    throw new AppError('format-unknown', absolutePath, `${absolutePath}: ${reason}`);
  }

  async #dicom(first: PlannedFrame, frames: readonly PlannedFrame[]): Promise<Copied[]> {
    const keep = this.#keepOf(first);
    const about = { out: this.out, identities: this.#identities, keep };
    const { file, sopInstance, patient, burntIn, decompressed } = await deidentifyFile(
      first.absolutePath,
      about,
      this.#taken,
    );
    this.#files++;
    if (decompressed) this.#decompressed++;
    if (burntIn !== 'unlikely') this.#text.push(first.relativePath);
    const place = { absolutePath: file, relativePath: `${FOLDER}/${sopInstance}.dcm`, patient, study: '', series: '' };
    const copied: Copied[] = [];
    for (const frame of frames) {
      const sha256 = keep === 'everything' ? frame.sha256 : await blankedHash(frame, file);
      copied.push({ ...frame, ...place, sha256 });
    }
    return copied;
  }

  /** Frames that are not DICOM: each as a PNG, which has pixels and nothing else. */
  async #pictures(frames: readonly PlannedFrame[]): Promise<Copied[]> {
    const copied: Copied[] = [];
    for (const frame of frames) {
      const { absolutePath: source, frameIndex, imageId } = frame;
      const keep = this.#keepOf(frame);
      if (keep === 'regions') {
        const reason = 'it names no ultrasound regions, so nothing tells what to black out';
        throw new AppError('format-unknown', source, `${source}: ${reason}`);
      }
      const { frame: image } = await readImage(source, frameIndex);
      const isSame = frameHash(image) === frame.sha256;
      const blanked = keep === 'everything' ? image : blankPixels(image, keep);
      const relativePath = `${FOLDER}/${this.#identities.instance(`${imageId}/${frameIndex}`)}.png`;
      const absolutePath = join(this.out, '..', relativePath);
      await writeAtomically(absolutePath, (write) => write(pngOf(blanked)));
      this.#files++;
      if (textOutside(image, [], keep === 'everything' ? undefined : keep)) this.#text.push(frame.relativePath);
      const patient = frame.patient === '' ? '' : this.#identities.patient(frame.patient);
      copied.push({
        ...{ ...frame, absolutePath, relativePath, patient, study: '', series: '' },
        // An image of its own.
        ...{ imageId: -1 - this.#files, frameIndex: 0, frameCount: 1 },
        sha256: isSame ? frameHash(blanked) : frame.sha256,
      });
    }
    return copied;
  }
}

/** Of the copy's frame; the old one where the source has other pixels than the masks were made on, which formats then tell. */
async function blankedHash({ absolutePath, frameIndex, sha256 }: PlannedFrame, copy: string): Promise<string> {
  const { frame } = await readImage(absolutePath, frameIndex);
  return frameHash(frame) === sha256 ? frameHash((await readImage(copy, frameIndex)).frame) : sha256;
}

function pngOf({ widthPx: width, heightPx: height, data, rgb }: ColourImage): Uint8Array {
  return encode({ width, height, data: rgb ?? data, channels: rgb ? 3 : 1, depth: 8 });
}

async function startsAsDicom(path: string): Promise<boolean> {
  const handle = await open(path).catch((cause: unknown) => {
    throw new AppError('file-unreadable', path, `${path}: ${String(cause)}`, { cause });
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(132), 0, 132, 0);
    return isDicom(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
