/** A scribbled stroke as point prompts. Which mask it is about, and asking for it, is the editor's matter. */
import type { PromptPoint } from '../../shared/domain';
import { pathLength, placesAlong, type Place } from '../../shared/path';
import { covers, type FrameSize } from './snapshot';

/** More say nothing new to the model, and each takes one of the places the decoder has for points. */
const MOST_POINTS = 8;
/** The model sees the image on 256 x 256 pixels and its features on 32 x 32: points nearer than one of those say the same. */
const FEATURES_ACROSS = 32;

/**
 * Evenly spaced along the stroke: one for every 1/32 of the image's longer side, at least one, at most eight. Those
 * outside the image are left out.
 *
 * @param path `[x0, y0, x1, y1, ...]` in image pixels
 */
export function pointsOfStroke(path: readonly number[], positive: boolean, size: FrameSize): PromptPoint[] {
  const spacing = Math.max(size.widthPx, size.heightPx) / FEATURES_ACROSS;
  const count = Math.min(Math.max(Math.ceil(pathLength(path) / spacing), 1), MOST_POINTS);
  return promptPoints(placesAlong(path, count), positive, size);
}

/** Those on the image. Hundredths of a pixel are more than a pointer can tell, and short to store. */
export function promptPoints(places: readonly Place[], positive: boolean, size: FrameSize): PromptPoint[] {
  return places
    .filter(({ x, y }) => covers(size, x, y))
    .map(({ x, y }) => ({ x: Math.round(x * 100) / 100, y: Math.round(y * 100) / 100, positive }));
}
