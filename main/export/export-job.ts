/**
 * What every format needs while it writes: the frames with their masks as pixels, the sources' pixels, a place for what a
 * format cannot hold, and where everything goes. It knows no format.
 */
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { Label } from '../../shared/domain';
import { AppError, isAppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import type { ExportFormat, ExportLoss } from '../../shared/ipc';
import { areaPx, maskFromCocoRle, type Mask } from '../../shared/mask';
import { frameHash, readImage } from '../study';
import { writeAtomically } from '../files';
import type { ExportPlan, PlannedFrame, PlannedMask } from './export-plan';

/** A mask that has pixels. */
export interface JobMask extends PlannedMask {
  readonly label: Label;
  /** Of its label, from 1 in the order of the labels: the value label maps have. */
  readonly value: number;
  readonly mask: Mask;
  readonly areaPx: number;
}

export interface JobFrame {
  readonly frame: PlannedFrame;
  readonly masks: readonly JobMask[];
}

const LOSSES_LISTED = 1_000;

export class ExportJob {
  readonly losses: ExportLoss[] = [];
  lossCount = 0;
  #format: ExportFormat = 'png';
  #done = 0;

  constructor(
    readonly plan: ExportPlan,
    readonly folder: string,
    private readonly signal: AbortSignal,
    private readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void,
  ) {}

  /** What is written from now on. */
  begin(format: ExportFormat): void {
    this.#format = format;
    this.#done = this.plan.formats.indexOf(format) * this.plan.frames.length;
  }

  /** The frames one after the other, counted as they are done with. @throws AppError `cancelled` */
  async *frames(): AsyncGenerator<JobFrame> {
    const total = this.plan.formats.length * this.plan.frames.length;
    for (const frame of this.plan.frames) {
      this.checkpoint();
      const masks = this.#masksOf(frame);
      if (masks.length < frame.masks.length) this.lost('empty', frame);
      yield { frame, masks };
      this.onProgress({ done: ++this.#done, total });
    }
  }

  /** The same of some frames that were counted before. @throws AppError `cancelled` */
  *uncounted(frames: readonly PlannedFrame[]): Generator<JobFrame> {
    for (const frame of frames) {
      this.checkpoint();
      yield { frame, masks: this.#masksOf(frame) };
    }
  }

  /** @throws AppError `cancelled` */
  checkpoint(): void {
    if (this.signal.aborted) throw new AppError('cancelled', this.folder, 'the export was withdrawn');
  }

  /** The frame's pixels, if they are still those its masks were made on; else the loss is noted. */
  async pixels(frame: PlannedFrame): Promise<GrayImage | undefined> {
    try {
      const { frame: image } = await readImage(frame.absolutePath, frame.frameIndex);
      if (frameHash(image) === frame.sha256) return image;
    } catch (error) {
      if (!isAppError(error)) throw error;
    }
    this.lost('no-pixels', frame);
    return undefined;
  }

  lost(kind: ExportLoss['kind'], { relativePath: path }: PlannedFrame, label: string | null = null): void {
    this.lossCount++;
    if (this.losses.length < LOSSES_LISTED) this.losses.push({ format: this.#format, kind, path, label });
  }

  /** The masks that 8-bit numbers can tell apart; the others are noted as lost. */
  countable<T extends JobMask>({ frame, masks }: { frame: PlannedFrame; masks: readonly T[] }, most = 255): T[] {
    for (const { label, value } of masks) if (value > most) this.lost('too-many', frame, label.name);
    return masks.filter(({ value }) => value <= most);
  }

  /** @param path below the export's folder, with `/` between names */
  write(path: string, content: Uint8Array | string): Promise<void> {
    return writeAtomically(join(this.folder, ...path.split('/')), (write) => write(content));
  }

  writeJson(path: string, value: unknown): Promise<void> {
    return this.write(path, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** 8-bit grey. */
  writeGrey(path: string, { widthPx: width, heightPx: height, data }: GrayImage): Promise<void> {
    return this.write(path, encode({ width, height, data, channels: 1, depth: 8 }));
  }

  #masksOf(frame: PlannedFrame): JobMask[] {
    return frame.masks.flatMap((planned) => {
      const at = this.plan.labels.findIndex(({ id }) => id === planned.labelId);
      const label = this.plan.labels[at];
      if (!label) return [];
      const { widthPx, heightPx, counts } = planned.rle;
      const mask = maskFromCocoRle({ size: [heightPx, widthPx], counts });
      const area = areaPx(mask);
      return area > 0 ? [{ ...planned, label, value: at + 1, mask, areaPx: area }] : [];
    });
  }
}
