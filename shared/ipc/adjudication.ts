/**
 * Channels about deciding where two readers differ. What is decided holds in the main reading, so the project must be open
 * in it: in a blind reading all of them throw `reading-blind`, in any other `usage`.
 */
import { z } from 'zod';
import { adjudication, adjudicationChoice, adjudicationPlace, readerPair } from '../domain';
import { channel } from './channel';

export const adjudicationChannels = {
  /** What is decided between two readers. */
  'adjudication.list': channel(z.object({ readers: readerPair }), z.array(adjudication)),
  /** Throws `usage` where neither has outlined the label. `masks.changed` and `frames.changed` tell what came of it. */
  'adjudication.decide': channel(z.object({ place: adjudicationPlace, choice: adjudicationChoice }), z.void()),
  /** Throws `revision-conflict` where somebody has changed the masks since. */
  'adjudication.takeBack': channel(z.object({ place: adjudicationPlace }), z.void()),
};
