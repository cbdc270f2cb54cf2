/**
 * Study, series, image, frame: where pixels come from. Not the pixels and not their decoding (`main/study`).
 */
import { z } from 'zod';
import { calibration, imageCalibration } from './calibration';
import { rowId, sha256, shortText, sizePx } from './ids';
import { reviewState } from './review';

/**
 * Why a frame cannot be shown, or not trusted. All but `changed` are `AppError` codes of the readers; `changed`: the
 * file, or its pixels, are not those the frame's masks were made on.
 */
export const imageProblem = z.enum([
  'file-not-found',
  'file-unreadable',
  'file-empty',
  'format-unknown',
  'format-corrupt',
  'too-large',
  'changed',
]);
export type ImageProblem = z.infer<typeof imageProblem>;

/** What the study list shows: a frame's review, or `failed` where it has a problem. */
export const frameState = z.enum(['unopened', 'proposed', 'corrected', 'accepted', 'rejected', 'failed']);
export type FrameState = z.infer<typeof frameState>;

/** A source image as found on disk, to be added to the project. Its file is only ever read. */
export const sourceImage = z
  .strictObject({
    /** `key` tells studies apart (a folder's path, a DICOM study UID); `name` and `patient` are shown. */
    study: z.strictObject({ key: z.string().min(1).max(4_096), name: shortText, patient: z.string().max(200) }),
    /** `key` tells the study's series apart. */
    series: z.strictObject({ key: z.string().min(1).max(4_096), name: shortText }),
    absolutePath: z.string().min(1).max(4_096),
    /** Below the folder the user opened, with `/` between names. */
    relativePath: z.string().min(1).max(4_096),
    sizeBytes: z.int().min(0),
    /** Last modification, milliseconds since 1970; may have a fraction. */
    mtimeMs: z.number(),
    /** 1 for an ordinary image, and for one that cannot be read: it is listed with its problem. */
    frameCount: z.int().min(1).max(100_000),
    /** Where the header told; else known with the first decoding. */
    widthPx: z.exactOptional(sizePx),
    heightPx: z.exactOptional(sizePx),
    /** Time from frame to frame, milliseconds, where the file says it. */
    frameTimeMs: z.exactOptional(z.number().positive()),
    calibration: z.exactOptional(imageCalibration),
    problem: z.exactOptional(imageProblem.exclude(['changed'])),
    problemDetail: z.exactOptional(z.string().max(1_000)),
  })
  .readonly();
export type SourceImage = z.infer<typeof sourceImage>;

const summary = {
  id: rowId,
  imageId: rowId,
  seriesId: rowId,
  studyId: rowId,
  patient: z.string(),
  studyName: z.string(),
  seriesName: z.string(),
  /** Below the opened folder, with `/` between names. */
  relativePath: z.string(),
  /** 0-based, within the image. */
  frameIndex: z.int().min(0),
  frameCount: z.int().min(1),
  /** Null until the header was read or the frame decoded. */
  widthPx: sizePx.nullable(),
  heightPx: sizePx.nullable(),
  /** Of the decoded pixels; null until the first decoding. */
  sha256: sha256.nullable(),
  review: reviewState,
  problem: imageProblem.nullable(),
  /** Masks neither rejected nor deleted. */
  maskCount: z.int().min(0),
};

/** One line of the study list. */
export const frameSummary = z.strictObject(summary).readonly();
export type FrameSummary = z.infer<typeof frameSummary>;
export type FrameId = FrameSummary['id'];
export type ImageId = FrameSummary['imageId'];

/** A frame with what is needed to read it. */
export const frameDetail = z
  .strictObject({
    ...summary,
    absolutePath: z.string(),
    sizeBytes: z.int(),
    mtimeMs: z.number(),
    problemDetail: z.string().nullable(),
    /** Time from frame to frame of a loop, milliseconds; null where its file does not say. */
    frameTimeMs: z.number().positive().nullable(),
    calibration: calibration.nullable(),
  })
  .readonly();
export type FrameDetail = z.infer<typeof frameDetail>;

/** The list's state of a frame. */
export function stateOf(frame: Pick<FrameSummary, 'review' | 'problem'>): FrameState {
  return frame.problem === null ? frame.review : 'failed';
}

/** A frame of a loop: what the timeline shows of it. */
export const loopFrame = z
  .strictObject({ id: rowId, state: frameState, sha256: sha256.nullable(), maskCount: z.int().min(0) })
  .readonly();
export type LoopFrame = z.infer<typeof loopFrame>;

/** An image of several frames; `frames` in the order they were taken. */
export const loop = z
  .strictObject({
    /** Time from frame to frame, milliseconds; null where the file does not say. */
    frameTimeMs: z.number().positive().nullable(),
    /** What the user has measured, else what the file states. */
    calibration: imageCalibration.nullable(),
    frames: z.array(loopFrame).readonly(),
  })
  .readonly();
export type Loop = z.infer<typeof loop>;

/** Which frames to list; an absent field does not restrict. */
export const frameFilter = z
  .strictObject({
    states: z.exactOptional(z.array(frameState).min(1).readonly()),
    studyId: z.exactOptional(rowId),
    seriesId: z.exactOptional(rowId),
    imageId: z.exactOptional(rowId),
    /** Frames with a mask of this label that is neither rejected nor deleted. */
    labelId: z.exactOptional(rowId),
    /** Part of the relative path, upper and lower case alike. */
    text: z.exactOptional(z.string().min(1).max(200)),
    /** Frames with a comment, resolved or not; a blind reader's own alone. */
    commented: z.exactOptional(z.literal(true)),
    /** Frames about which two readers differ (`DIFFER_DICE`); refused in a blind reading. */
    disputed: z.exactOptional(z.literal(true)),
  })
  .readonly();
export type FrameFilter = z.infer<typeof frameFilter>;

export const framePageRequest = z
  .strictObject({ filter: frameFilter, limit: z.int().min(1).max(1_000), offset: z.int().min(0) })
  .readonly();
export type FramePageRequest = z.infer<typeof framePageRequest>;

export const frameCounts = z.record(frameState, z.int().min(0)).readonly();
export type FrameCounts = z.infer<typeof frameCounts>;

/** A page of the list in natural order; `total` matches the filter, `counts` match it but for its `states`. */
export const framePage = z
  .strictObject({ frames: z.array(frameSummary).readonly(), total: z.int().min(0), counts: frameCounts })
  .readonly();
export type FramePage = z.infer<typeof framePage>;

/** What a decoding tells about a frame. */
export const decodedFrame = z.strictObject({ sha256, widthPx: sizePx, heightPx: sizePx }).readonly();
export type DecodedFrame = z.infer<typeof decodedFrame>;
