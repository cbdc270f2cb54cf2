/** What the readers of mask files answer and are told: plain data, no file and no project. */
import type { FrameId, ImageId } from '../../shared/domain';
import type { ImportProblem } from '../../shared/ipc';
import type { Mask } from '../../shared/mask';

/** A frame of the project that masks may belong to. */
export interface ImportableFrame {
  readonly id: FrameId;
  readonly imageId: ImageId;
  readonly absolutePath: string;
  readonly relativePath: string;
  readonly frameIndex: number;
  readonly frameCount: number;
  /** As its exported files are called. */
  readonly name: string;
  readonly flatName: string;
  /** Null until the frame was decoded. */
  readonly sha256: string | null;
  /** Null where its header does not say. */
  readonly widthPx: number | null;
  readonly heightPx: number | null;
  /** This import has tried to decode it: what is still unknown of it stays so. */
  readonly tried: boolean;
}

/** A file that may hold masks. */
export interface MaskFile {
  readonly path: string;
  /** What the user chose: nothing outside is opened. */
  readonly root: string;
  /** Below the chosen folder, with `/` between names. */
  readonly relativePath: string;
}

export interface FoundMask {
  /** What its image is called: a path in part or in whole, with or without extension. */
  readonly image: string;
  /** 0-based, of a loop that is one file. */
  readonly frameIndex?: number;
  /** Of the DICOM image that the mask was made on; goes before its name. */
  readonly sopInstance?: string;
  /** An image that lies with the mask; known by its pixels where its name is not. */
  readonly imagePath?: string;
  /** What the file says of the frame; undefined where the mask fits any size. */
  readonly size?: readonly [widthPx: number, heightPx: number];
  /** Null where the file names none. */
  readonly label: string | null;
  /** At the size of the frame. @throws AppError `format-corrupt` */
  draw(widthPx: number, heightPx: number): Mask;
}

export interface Reading {
  /** Labels of the project, and the name for masks that have none. */
  readonly labels: readonly string[];
  readonly fallback: string;
  problem(kind: ImportProblem['kind'], detail: string): void;
}

/** @throws AppError for a file that is broken or too large */
export type MaskReader = (file: MaskFile, reading: Reading) => Promise<readonly FoundMask[]>;
