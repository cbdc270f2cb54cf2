/** Channels about the project's labels, and which head of the model proposes for each. */
import { z } from 'zod';
import { label, labelChange, newLabel, rowId } from '../domain';
import { channel } from './channel';

/** Name of a head in the model, e.g. "breast lesion". */
const headName = z.string().min(1).max(64);

export const modelHeadSchema = z.object({ name: headName, version: z.string() });
export type ModelHead = z.infer<typeof modelHeadSchema>;

export const projectLabelSchema = label.unwrap().extend({
  /** The head that proposes masks of this label; null: none, the user clicks. */
  head: modelHeadSchema.nullable(),
});
export type ProjectLabel = z.infer<typeof projectLabelSchema>;

export const labelsChannels = {
  /** Oldest first. */
  'labels.list': channel(z.undefined(), z.array(projectLabelSchema)),
  /** The heads of the model in use: what a new project can offer to outline. Needs no open project. */
  'labels.heads': channel(z.undefined(), z.array(modelHeadSchema)),
  /**
   * Makes a label. `head` names the head that shall propose for it, null none; left out, it is the head called like the
   * label, if there is one. Frames on screen get their proposals at once.
   */
  'labels.create': channel(
    z.object({ label: newLabel, head: z.exactOptional(headName.nullable()) }),
    projectLabelSchema,
  ),
  'labels.update': channel(
    z.object({ labelId: rowId, change: labelChange, head: z.exactOptional(headName.nullable()) }),
    projectLabelSchema,
  ),
  /** Only a label that no mask has. */
  'labels.remove': channel(z.object({ labelId: rowId }), z.void()),
};

export const labelsEvents = {
  /** All labels as they now are. */
  'labels.changed': z.object({ labels: z.array(projectLabelSchema) }),
};
