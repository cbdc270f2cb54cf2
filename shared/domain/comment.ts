/**
 * Comments: what a reader has to say about a place on a frame. They are no part of what undo takes back; every change is
 * kept.
 */
import { z } from 'zod';
import { isoTime, rowId, shortText } from './ids';

export const commentState = z.enum(['open', 'resolved', 'deleted']);
export type CommentState = z.infer<typeof commentState>;

const coordinatePx = z.number().min(0).max(65_535);
const text = z.string().trim().min(1).max(2_000);

export const comment = z
  .strictObject({
    id: rowId,
    frameId: rowId,
    /** Of the reading it was made in. */
    readingId: rowId,
    /** Image pixels, centres at +0.5. */
    x: coordinatePx,
    y: coordinatePx,
    text,
    state: commentState.exclude(['deleted']),
    /** Who began it, and when. */
    author: shortText,
    time: isoTime,
    /** Who changed it last, and when; null where nobody has. */
    changed: z.strictObject({ user: shortText, time: isoTime }).readonly().nullable(),
  })
  .readonly();
export type Comment = z.infer<typeof comment>;
export type CommentId = Comment['id'];

export const newComment = z.strictObject({ frameId: rowId, x: coordinatePx, y: coordinatePx, text }).readonly();
export type NewComment = z.infer<typeof newComment>;

/** `text` and state from now on. */
export const commentChange = z.strictObject({ commentId: rowId, text, state: commentState }).readonly();
export type CommentChange = z.infer<typeof commentChange>;
