/**
 * Channels about what is in the open project's study list: adding images, listing frames, opening one. Pixels do not
 * cross here: the page loads them as images from `frameUrl` and `thumbnailUrl` (frame-url.ts).
 */
import { z } from 'zod';
import {
  frameDetail,
  frameFilter,
  framePage,
  framePageRequest,
  frameSummary,
  calibration,
  maskInstance,
  measurement,
  reviewState,
  rowId,
  scale,
} from '../domain';
import { ERROR_CODES } from '../errors';
import { absolutePath, channel } from './channel';
import { projectSchema } from './project';

const path = z.string().min(1).max(4_096);

/** A file or folder that could not be added, or a frame that cannot be shown, and why. */
export const problemSchema = z.object({ path, code: z.enum(ERROR_CODES), message: z.string() });
export type Problem = z.infer<typeof problemSchema>;

export const addedStudySchema = z.object({
  /** The project the images are in now. */
  project: projectSchema,
  added: z.int().min(0),
  unchanged: z.int().min(0),
  changed: z.int().min(0),
  /** At most 1,000 of what could not be read; `failedCount` tells all. Files among them are in the list as `failed`. */
  failed: z.array(problemSchema),
  failedCount: z.int().min(0),
  /** `study.cancel` came before everything was added; what was added stays. */
  cancelled: z.boolean(),
});
export type AddedStudy = z.infer<typeof addedStudySchema>;

export const indexingSchema = z.object({
  /** Image files found so far. */
  found: z.int().min(0),
  /** Of these, those that are in the project now. */
  done: z.int().min(0),
  finished: z.boolean(),
  /** Null before the first file and when finished. */
  currentPath: z.string().nullable(),
});
export type Indexing = z.infer<typeof indexingSchema>;

/** `problem`: the pixels cannot be shown, or (`changed`) are not those its masks were made on. Masks are there anyway. */
export const openedFrameSchema = z.object({
  /** `sha256`, `widthPx` and `heightPx` are known unless there is a problem. */
  frame: frameDetail,
  /** All masks with their current revisions, oldest first; rejected and deleted ones too. */
  masks: z.array(maskInstance),
  /** What was measured by hand on it. */
  measurements: z.array(measurement),
  problem: problemSchema.nullable(),
});
export type OpenedFrame = z.infer<typeof openedFrameSchema>;

export const studyChannels = {
  /**
   * Adds the images of folders and files to the open project. Where none is open, the project that belongs to the
   * first path that is there is opened, or made beside it (in Documents/SonoMask where that folder cannot be written).
   * Where no path is there, `file-not-found` names the first. A single `NAME.sonomask` is opened as the project it is. Answers when all is added; `study.indexing` tells how far it is,
   * and frames appear in `frames.list` meanwhile (`frames.changed` with null).
   */
  'study.add': channel(z.object({ paths: z.array(absolutePath).min(1).max(100_000) }), addedStudySchema),
  /** Ends a `study.add` that is under way. */
  'study.cancel': channel(z.undefined(), z.void()),
  /** Opens the sample study of simulated patients, made at the first call, with its labels and heads. */
  'study.openSample': channel(z.undefined(), addedStudySchema),

  'frames.list': channel(framePageRequest, framePage),
  /** The nearest frame in this direction that matches, or null at the end. `elsewhere`: of another image than this one's. */
  'frames.neighbour': channel(
    z.object({
      frameId: rowId,
      direction: z.enum(['next', 'previous']),
      filter: frameFilter,
      elsewhere: z.boolean().default(false),
    }),
    frameSummary.nullable(),
  ),
  /** How many matching frames come before this one. */
  'frames.offsetOf': channel(z.object({ frameId: rowId, filter: frameFilter }), z.int().min(0)),
  /** Decodes the frame, so that its hash and size are known; a file that cannot be read is answered, not thrown. */
  'frames.open': channel(z.object({ frameId: rowId }), openedFrameSchema),
  /**
   * The pixels the file has now are the right ones, and the work on the frame stays. `size-changed` where the file has
   * another size in pixels: the masks would not fit. Untouched proposals are withdrawn; open the frame again.
   */
  'frames.acceptPixels': channel(z.object({ frameId: rowId }), z.void()),
  /**
   * Gives the frame's image the size of a pixel that the user found, which comes before what its file states; with null
   * the file's holds again. `series`: also the images of its series whose files state none. Answers the frame's calibration now.
   */
  'frames.calibrate': channel(
    z.object({ frameId: rowId, mmPerPx: scale.nullable(), scope: z.enum(['image', 'series']) }),
    calibration.nullable(),
  ),
  'frames.setReview': channel(z.object({ frameId: rowId, review: reviewState }), z.void()),
};

export const studyEvents = {
  'study.indexing': indexingSchema,
  /** These lines of the list are other than they were; null: many or all, ask for the page again. */
  'frames.changed': z.object({ frames: z.array(frameSummary).nullable() }),
};
