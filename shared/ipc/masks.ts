/** Channels about masks and who makes them. */
import { z } from 'zod';
import { frameEdit, labelProgress, maskInstance, maskRevision, rowId, savedEdit, sha256, shortText } from '../domain';
import { channel } from './channel';

export const masksChannels = {
  /**
   * One act of the user on one frame, saved whole or not at all: when it answers, it is on the disk and may be shown as
   * saved. The user's name is main's to add. Throws `frame-changed`, `revision-conflict`, `prompt-invalid`, ...
   */
  'masks.save': channel(frameEdit.unwrap().omit({ user: true }), savedEdit),
  /** Oldest first; rejected and deleted ones too. */
  'masks.ofFrame': channel(z.object({ frameId: rowId }), z.array(maskInstance)),
  /** Every revision of a mask, oldest first. */
  'masks.history': channel(z.object({ maskId: rowId }), z.array(maskRevision)),
  /** Every revision of every mask of a frame, each as the mask it was, in the order in which they were made. */
  'masks.historyOfFrame': channel(z.object({ frameId: rowId }), z.array(maskInstance)),
  /** How many masks of each label are in which state. */
  'masks.progress': channel(z.undefined(), z.array(labelProgress)),
  /** The name that revisions carry; at first the system's user name. */
  'user.get': channel(z.undefined(), z.object({ name: shortText })),
  'user.set': channel(z.object({ name: shortText }), z.object({ name: shortText })),
};

export const masksEvents = {
  /**
   * Heads have proposed on a frame that nobody had worked on. `masks` are the new ones; `empty` the labels whose head
   * found nothing. The frame's line has changed too (`frames.changed`).
   */
  'masks.proposed': z.object({
    frameId: rowId,
    frameSha256: sha256,
    modelId: z.string(),
    masks: z.array(maskInstance),
    empty: z.array(rowId),
  }),
};
