/**
 * Figures of the work on a project: how far it is, how long a frame takes, and how good proposals were. Not how they are
 * counted (`main/project/statistics.ts`).
 */
import { z } from 'zod';
import { frameCounts } from './frame';
import { isoTime, rowId, sha256 } from './ids';
import { frameReason } from './learning';
import { labelProgress } from './mask-revision';

const DAY_MS = 24 * 60 * 60 * 1000;

/** A frame that was on screen and is left. */
export const frameVisit = z
  .strictObject({
    frameId: rowId,
    /** Of the pixels that were on screen. */
    frameSha256: sha256,
    /** Without the time in which nothing was done. */
    activeMs: z.int().min(0).max(DAY_MS),
    /** What chose the frame; null: the user's own hand. */
    why: frameReason.nullable(),
  })
  .readonly();
export type FrameVisit = z.infer<typeof frameVisit>;

const count = z.int().min(0);
const share = z.number().min(0).max(1);

/** Frames that a human worked on, one after the other: those of a day, or fifty. */
export const workPeriod = z
  .strictObject({
    /** When the first and the last of them were done. */
    from: isoTime,
    to: isoTime,
    frames: count,
    /** Of them, those whose time is known. */
    timed: count,
    /** Active time on a frame; null where none is known. */
    medianSeconds: z.number().min(0).nullable(),
    /** Points, boxes and new proposals asked for, a frame in the mean. */
    clicks: z.number().min(0),
    /** Brush, eraser, polygon and whole-mask operations, a frame in the mean. */
    strokes: z.number().min(0),
    /** Proposals that stayed as they were, were changed, or were rejected or deleted. */
    accepted: count,
    corrected: count,
    rejected: count,
  })
  .readonly();
export type WorkPeriod = z.infer<typeof workPeriod>;

const judged = {
  /** Proposals that a human accepted, changed or rejected. */
  judged: count,
  /** Of them, those that are no mask any more. */
  rejected: count,
  /** Of the others, against what the human made of them, in the mean; null where there are none. */
  dice: share.nullable(),
};

/** How good what a head version proposed turned out to be. */
export const headQuality = z
  .strictObject({
    labelId: rowId,
    /** The version's name; null where the masks do not say. */
    version: z.string().nullable(),
    ...judged,
    /** On frames drawn at random alone: the others were chosen, and say more of the choice than of the version. */
    atRandom: z.strictObject(judged).readonly(),
  })
  .readonly();
export type HeadQuality = z.infer<typeof headQuality>;

export const projectStatistics = z
  .strictObject({
    frames: frameCounts,
    /** Frames that somebody accepted or rejected, also those whose file is gone since. */
    reviewed: count,
    labels: z.array(labelProgress).readonly(),
    /** In the order of time; frames done before their time was kept included. */
    days: z.array(workPeriod).readonly(),
    fifties: z.array(workPeriod).readonly(),
    /** By label, in the order in which versions first proposed. */
    heads: z.array(headQuality).readonly(),
    /** As of a period, over all. */
    medianSeconds: z.number().min(0).nullable(),
    /** All active time that is known. */
    activeSeconds: z.number().min(0),
  })
  .readonly();
export type ProjectStatistics = z.infer<typeof projectStatistics>;
