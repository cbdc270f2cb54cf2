/** What the study worker does: everything that touches image files, so that no other process waits for a disk. */
import type { FileDescription, ImageProblem } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import type { GrayImage } from '../../shared/image';
import { interpolatedMask, packMask, unpackMask } from '../../shared/mask';
import { trackMask } from '../../shared/track';
import { toWireError, type WireError } from '../../shared/ipc';
import type { WorkerContext } from '../../shared/worker-protocol';
import { giveWay } from '../inference';
import { describeFile } from './describe-file';
import { frameHash } from './frame-hash';
import { indexStudy } from './index-study';
import { inspectImage } from './inspect-image';
import { framePng, thumbnailPng } from './picture';
import { readImage } from './read-image';
import { writeSampleCase } from './sample-study';

/** Which frame of which file; 0-based. */
export interface FramePlace {
  readonly path: string;
  readonly frameIndex: number;
}

/** A decoded frame, as the page gets it. */
export interface ReadFrame {
  readonly sha256: string;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly png: Uint8Array;
}

/** What has become of a file since it was added. */
export interface CheckedFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly problem: ImageProblem | null;
  readonly detail: string | null;
}

/** A frame that was read before. */
export interface KnownFrame extends FramePlace {
  readonly sha256: string;
}

export interface TrackRequest {
  readonly from: KnownFrame;
  readonly to: KnownFrame;
  readonly widthPx: number;
  readonly heightPx: number;
  /** `packMask` of masks of that size. */
  readonly masks: readonly Uint8Array[];
}

export interface TrackedBits {
  readonly bits: Uint8Array;
  /** See `Tracked`. */
  readonly confidence: number;
}

/** Masks as `packMask` of this size. */
export interface InterpolateRequest {
  readonly from: Uint8Array;
  readonly to: Uint8Array;
  /** 0 at `from`, 1 at `to`. */
  readonly share: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

async function knownFrame({ path, frameIndex, sha256 }: KnownFrame): Promise<GrayImage> {
  const { frame } = await readImage(path, frameIndex);
  if (frameHash(frame) === sha256) return frame;
  throw new AppError('frame-changed', path, `${path} has other pixels than it had`);
}

export const studyApi = {
  /** Reports `IndexedPiece`s; answers paths that are missing and folders that cannot be read. */
  index: async ({ paths }: { paths: readonly string[] }, context: WorkerContext): Promise<WireError[]> => {
    const { signal } = context;
    const failures = await indexStudy(paths, { signal, onPiece: (piece) => context.report(piece) });
    return failures.map((failure) => toWireError(failure, 'study.index'));
  },

  /** @throws AppError as `readImage` does. */
  read: async ({ path, frameIndex }: FramePlace): Promise<ReadFrame> => {
    const { frame } = await readImage(path, frameIndex);
    const { widthPx, heightPx } = frame;
    return { sha256: frameHash(frame), widthPx, heightPx, png: await framePng(frame) };
  },

  /** @throws AppError as `readImage` does. */
  thumbnail: async ({ path, frameIndex }: FramePlace): Promise<Uint8Array> =>
    thumbnailPng((await readImage(path, frameIndex)).frame),

  /**
   * Where masks of one frame are on another.
   *
   * @throws AppError as `readImage` does, `frame-changed` where a frame has other pixels than it had
   */
  track: async ({ from, to, widthPx, heightPx, masks }: TrackRequest): Promise<TrackedBits[]> => {
    const [before, after] = [await knownFrame(from), await knownFrame(to)];
    return masks.map((bits) => {
      const { mask, confidence } = trackMask(unpackMask(bits, widthPx, heightPx), before, after);
      return { bits: packMask(mask), confidence };
    });
  },

  /** The shape between two, as bits; see `interpolatedMask`. */
  interpolate: async ({ from, to, share, widthPx, heightPx }: InterpolateRequest): Promise<Uint8Array> =>
    packMask(interpolatedMask(unpackMask(from, widthPx, heightPx), unpackMask(to, widthPx, heightPx), share)),

  /** @throws AppError as `readImage` does. */
  describe: async ({
    path,
    frameIndex,
    patientData,
  }: FramePlace & { patientData: boolean }): Promise<FileDescription> => describeFile(path, frameIndex, patientData),

  /** Looks at files without decoding them. */
  check: async ({ paths }: { paths: readonly string[] }): Promise<CheckedFile[]> => {
    const inspected = await Promise.all(paths.map(inspectImage));
    return inspected.map(({ sizeBytes, problem = null, problemDetail = null }, i) => {
      return { path: paths[i] ?? '', sizeBytes, problem, detail: problemDetail };
    });
  },

  /**
   * Simulates a case of the sample study: seconds, in which this process does nothing else. Hence one of its own, which
   * gives way to the others.
   */
  sample: async (request: { folder: string; index: number }): Promise<void> => {
    giveWay();
    await writeSampleCase(request);
  },
};

export type StudyApi = typeof studyApi;
