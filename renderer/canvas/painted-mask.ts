/** A mask painted once, to be drawn again and again: its fill and its outline. Of masks that change: `mask-overlays.ts`. */
import { cropped, type Mask } from '../../shared/mask';
import { MaskCanvas } from './mask-canvas';
import { outlinePath } from './outline-path';

export interface PaintedMask {
  /** `#RRGGBB` */
  readonly colour: string;
  readonly fill: MaskCanvas;
  readonly outline: Path2D;
}

/** @param colour `#RRGGBB` */
export function paintedMask(mask: Mask, colour: string): PaintedMask {
  const fill = new MaskCanvas(colour);
  const crop = cropped(mask);
  fill.paint(crop);
  return { colour, fill, outline: outlinePath(crop) };
}
