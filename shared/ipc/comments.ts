/** Channels about comments on frames: those of the open reading, and of the others where it is not blind. */
import { z } from 'zod';
import { comment, commentChange, newComment, rowId } from '../domain';
import { channel } from './channel';

export const commentsChannels = {
  /** Oldest first. */
  'comments.ofFrame': channel(z.object({ frameId: rowId }), z.array(comment)),
  /** The author's name is main's to add. Throws `usage` for a place that is not on the frame. */
  'comments.add': channel(newComment, comment),
  /** Another text, or another state; what was there before is kept. Null: deleted. */
  'comments.change': channel(commentChange, comment.nullable()),
};
