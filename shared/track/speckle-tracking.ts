/**
 * Where a mask is on the next frame of a loop, by how the speckle around its outline has moved: block matching, as in
 * speckle tracking echocardiography (Bohs, Geiman, Anderson, Gebhart and Trahey, "Speckle tracking for multi-dimensional
 * flow estimation", Ultrasonics 38, 2000). Needs no model and has seen no organ.
 */
import { resizeBilinearAntialias, type GrayImage } from '../image';
import { boundingBox, emptyMask, type BoundingBox, type Mask } from '../mask';
import { dice } from '../metrics';
import { mixed, sampled } from './field';
import { motion, SEARCH_PX, type Motion } from './motion';

/** Frames are looked at no larger than this. */
const WORK_SIDE_PX = 480;

export interface Tracked {
  readonly mask: Mask;
  /**
   * 0 to 1: how well the mask tracked back agrees with the one it came from (Dice), times how far the same speckle was
   * found again (correlation). Low where frames do not belong together, and where tissue leaves the plane.
   */
  readonly confidence: number;
}

/** @returns an empty mask of confidence 0 where the mask is empty or the frames differ in size */
export function trackMask(mask: Mask, from: GrayImage, to: GrayImage): Tracked {
  const { widthPx, heightPx } = mask;
  const sameSize = [from, to].every((image) => image.widthPx === widthPx && image.heightPx === heightPx);
  const box = boundingBox(mask);
  if (!sameSize || !box) return { mask: emptyMask(widthPx, heightPx), confidence: 0 };
  const scale = Math.min(1, WORK_SIDE_PX / Math.max(widthPx, heightPx));
  const [before, after] = [shrunkBy(from, scale), shrunkBy(to, scale)];
  const forth = motion(box, mask, scale, before, after);
  const moved = warped(mask, box, forth);
  const movedBox = boundingBox(moved);
  if (!movedBox) return { mask: moved, confidence: 0 };
  const back = warped(moved, movedBox, motion(movedBox, moved, scale, after, before));
  return { mask: moved, confidence: dice(back, mask) * forth.found };
}

/** Each pixel is what it was where it came from. */
function warped(mask: Mask, box: BoundingBox, field: Motion): Mask {
  const { scale } = field;
  const { widthPx, heightPx, data } = mask;
  const out = emptyMask(widthPx, heightPx);
  const margin = Math.ceil(SEARCH_PX / scale) + 1;
  const [left, right] = [Math.max(0, box[0] - margin), Math.min(widthPx, box[0] + box[2] + margin)];
  const [top, bottom] = [Math.max(0, box[1] - margin), Math.min(heightPx, box[1] + box[3] + margin)];
  /** At the image's border there are no four pixels around a place. */
  const nearest = (x: number, y: number): number => {
    const [column, row] = [Math.round(x), Math.round(y)];
    const within = column >= 0 && row >= 0 && column < widthPx && row < heightPx;
    return within ? (data[row * widthPx + column] as number) : 0;
  };
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const fromX = x + mixed(field, field.dx, x * scale, y * scale) / scale;
      const fromY = y + mixed(field, field.dy, x * scale, y * scale) / scale;
      out.data[y * widthPx + x] =
        (sampled(data, widthPx, heightPx, fromX, fromY) ?? nearest(fromX, fromY)) >= 0.5 ? 1 : 0;
    }
  }
  return out;
}

function shrunkBy(image: GrayImage, scale: number): GrayImage {
  if (scale === 1) return image;
  return resizeBilinearAntialias(image, Math.round(image.widthPx * scale), Math.round(image.heightPx * scale));
}
