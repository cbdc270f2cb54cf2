/**
 * Many masks painted as one picture, which is moved or stretched instead of stroking all their outlines again. Brought up
 * to date where masks have changed, and where it is moved to. When a picture does: `resting-masks.ts`.
 */
import { drawMasks, OUTLINE_PX, type Context2D, type MaskLook } from './drawing';
import type { Overlay } from './mask-overlays';
import { areaOf, areasOutside, commonArea, shiftOf, type Area, type Grid } from './picture-area';
import type { Point, Size, Viewport } from './viewport';

/** A mask as it is in the picture. */
interface Painted {
  readonly version: number;
  /** Null: it is empty. */
  readonly at: Area | null;
}

/** More areas than these are not worth being painted one by one. */
const MOST_AREAS = 8;
/** Of a canvas: how far the corner of a line may reach beyond it, in half widths of the line. */
const MITER_LIMIT = 10;

export class MaskPicture {
  readonly #canvas: OffscreenCanvas;
  readonly #painted = new Map<Overlay, Painted>();
  #area: Area;

  constructor(
    readonly grid: Grid,
    area: Area,
    readonly look: MaskLook,
  ) {
    this.#area = area;
    this.#canvas = new OffscreenCanvas(area[2], area[3]);
  }

  /** What it shows of its grid. */
  get area(): Area {
    return this.#area;
  }

  /** Shows these masks as they are now, first to last. */
  update(masks: readonly Overlay[]): void {
    for (const area of this.#changed(masks)) this.#paint(area, masks);
  }

  /** Shows another area as large as its own. It must be up to date with the same masks. */
  moveTo(area: Area, masks: readonly Overlay[]): void {
    const before = this.#area;
    const context = this.#context();
    this.#area = area;
    context.globalCompositeOperation = 'copy';
    context.drawImage(this.#canvas, before[0] - area[0], before[1] - area[1]);
    context.globalCompositeOperation = 'source-over';
    for (const fresh of areasOutside(area, before)) this.#paint(fresh, masks);
  }

  /** Where it is on the screen, in pixels of the display: of its own size, on whole pixels, or stretched. */
  placeOn(viewport: Viewport): Point & Size {
    const { ratio } = this.look;
    const { scale, phaseX, phaseY } = this.grid;
    const [left, top, width, height] = this.#area;
    const stretch = (viewport.scale * ratio) / scale;
    if (stretch === 1) {
      const { x, y } = shiftOf(this.grid, viewport, ratio);
      return { x: left + x, y: top + y, width, height };
    }
    const x = viewport.offsetX * ratio + (left - phaseX) * stretch;
    const y = viewport.offsetY * ratio + (top - phaseY) * stretch;
    return { x, y, width: width * stretch, height: height * stretch };
  }

  drawOn(context: Context2D, viewport: Viewport): void {
    const { x, y, width, height } = this.placeOn(viewport);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#canvas, x, y, width, height);
  }

  /** @returns the areas where masks are not painted as they are now */
  #changed(masks: readonly Overlay[]): readonly Area[] {
    const gone = new Map(this.#painted);
    const areas: (Area | null)[] = [];
    for (const mask of masks) {
      const before = gone.get(mask);
      gone.delete(mask);
      if (before?.version === mask.version) continue;
      const { box } = mask.fill;
      const at = box && areaOf(this.grid, box, Math.ceil((OUTLINE_PX * this.look.ratio * MITER_LIMIT) / 2));
      this.#painted.set(mask, { version: mask.version, at });
      areas.push(before?.at ?? null, at);
    }
    for (const [mask, { at }] of gone) {
      this.#painted.delete(mask);
      areas.push(at);
    }
    const seen = areas.map((area) => area && commonArea(area, this.#area)).filter((area) => area !== null);
    return seen.length > MOST_AREAS ? [this.#area] : seen;
  }

  #paint(area: Area, masks: readonly Overlay[]): void {
    const context = this.#context();
    const { scale, phaseX, phaseY } = this.grid;
    const [left, top] = this.#area;
    context.save();
    context.beginPath();
    context.rect(area[0] - left, area[1] - top, area[2], area[3]);
    context.clip();
    context.clearRect(area[0] - left, area[1] - top, area[2], area[3]);
    const touched = masks.filter((mask) => {
      const at = this.#painted.get(mask)?.at;
      return at && commonArea(at, area);
    });
    const { look } = this;
    const [offsetX, offsetY] = [(phaseX - left) / look.ratio, (phaseY - top) / look.ratio];
    drawMasks(context, touched, null, { viewport: { scale: scale / look.ratio, offsetX, offsetY }, look });
    context.restore();
  }

  #context(): OffscreenCanvasRenderingContext2D {
    const context = this.#canvas.getContext('2d');
    if (!context) throw new Error('a new canvas has no 2d context');
    return context;
  }
}

export function isSameLook(a: MaskLook, b: MaskLook): boolean {
  return a.opacity === b.opacity && a.outlinesOnly === b.outlinesOnly && a.ratio === b.ratio;
}
