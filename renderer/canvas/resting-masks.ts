/**
 * The masks that are not being worked on, drawn fast where there are many: as one picture that is moved by whole pixels
 * while the view is moved, and stretched while it is zoomed. Once the view rests, they are as if drawn one by one.
 */
import type { BoundingBox } from '../../shared/mask';
import { drawMasks, type Context2D, type MaskView } from './drawing';
import { contains } from './mask-canvas';
import { isSameLook, MaskPicture } from './mask-picture';
import type { Overlay } from './mask-overlays';
import { areaOf, commonArea, gridOf, shiftOf, viewOf, withMargin, type Grid } from './picture-area';
import type { Size, Viewport } from './viewport';

/** What is to be drawn, and how. */
export interface Scene extends MaskView {
  /** The frame's document: a picture of another one is never shown. */
  readonly of: object | null;
  readonly image: Size;
  readonly viewport: Viewport;
  /** In pixels of the display. */
  readonly screen: Size;
}

/** So many are drawn one by one as fast. */
const FEW = 8;
/** Painted around what is on screen, in pixels of the display: moved by less, a picture needs no painting. */
const MARGIN = 128;
/** The longest side of the picture of everything, for what comes into view while it is zoomed out. */
const WHOLE = 1024;
/** After the last step of a zoom. */
const REST_MS = 120;
/** Until the next look at whether it rests: a timer may be early. */
const LOOK_AGAIN_MS = REST_MS + 10;

export class RestingMasks {
  /** At the scale the view has, or had when it rested last. */
  #sharp: MaskPicture | null = null;
  /** Of the whole image. */
  #whole: MaskPicture | null = null;
  #scene: Scene | null = null;
  #movedAt = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param redraw asks for another drawing, once the view rests */
  constructor(private readonly redraw: () => void) {}

  /** First to last. @param context of the whole screen; its transform is another afterwards */
  draw(context: Context2D, masks: readonly Overlay[], scene: Scene): void {
    const moving = this.#isMoving(scene);
    if (masks.length <= FEW) {
      this.#forget();
      drawMasks(context, masks, null, scene);
      return;
    }
    const sharp = this.#following(masks, scene, moving) ?? this.#repainted(masks, scene);
    const image = areaOf(sharp.grid, wholeOf(scene.image), 0);
    const seen = commonArea(viewOf(sharp.grid, scene.viewport, scene.look.ratio, scene.screen), image);
    if (seen && !contains(sharp.area, seen)) this.#drawAround(context, sharp, masks, scene);
    sharp.drawOn(context, scene.viewport);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** The picture there is, up to date, where it will do; null where another is to be painted. */
  #following(masks: readonly Overlay[], { viewport, screen, look }: Scene, moving: boolean): MaskPicture | null {
    const sharp = this.#sharp;
    if (!sharp) return null;
    const sameScale = sharp.grid.scale === viewport.scale * look.ratio;
    const exact = sameScale && shiftOf(sharp.grid, viewport, look.ratio).exact;
    if (!exact && !moving) return null;
    sharp.update(masks);
    const view = viewOf(sharp.grid, viewport, look.ratio, screen);
    if (sameScale && !contains(sharp.area, view)) sharp.moveTo(withMargin(view, MARGIN), masks);
    if (!exact) {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(this.redraw, LOOK_AGAIN_MS);
    }
    return sharp;
  }

  #repainted(masks: readonly Overlay[], { viewport, screen, image, look }: Scene): MaskPicture {
    const before = this.#sharp;
    if (before && contains(before.area, areaOf(before.grid, wholeOf(image), 0))) this.#whole = before;
    const grid = gridOf(viewport, look.ratio);
    const view = viewOf(grid, viewport, look.ratio, screen);
    this.#sharp = new MaskPicture(grid, withMargin(view, MARGIN), look);
    this.#sharp.update(masks);
    return this.#sharp;
  }

  /** What the picture does not reach, from one of everything. */
  #drawAround(context: Context2D, sharp: MaskPicture, masks: readonly Overlay[], scene: Scene): void {
    const { image, viewport, screen, look } = scene;
    const grid: Grid = { scale: WHOLE / Math.max(image.width, image.height), phaseX: 0, phaseY: 0 };
    this.#whole ??= new MaskPicture(grid, areaOf(grid, wholeOf(image), 0), look);
    this.#whole.update(masks);
    const { x, y, width, height } = sharp.placeOn(viewport);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(0, 0, screen.width, screen.height);
    context.rect(x, y, width, height);
    context.clip('evenodd');
    this.#whole.drawOn(context, viewport);
    context.restore();
  }

  /** Another frame, look or window is no movement, and no picture of before is of use. */
  #isMoving(scene: Scene): boolean {
    const before = this.#scene;
    this.#scene = scene;
    if (!before || !isSameScene(before, scene)) {
      this.#forget();
      this.#movedAt = -Infinity;
    } else if (!isSameView(before.viewport, scene.viewport)) this.#movedAt = performance.now();
    return performance.now() - this.#movedAt < REST_MS;
  }

  #forget(): void {
    this.#sharp = this.#whole = null;
    clearTimeout(this.#timer);
  }
}

function isSameScene(a: Scene, b: Scene): boolean {
  const { width, height } = a.screen;
  return a.of === b.of && width === b.screen.width && height === b.screen.height && isSameLook(a.look, b.look);
}

function isSameView(a: Viewport, b: Viewport): boolean {
  return a.scale === b.scale && a.offsetX === b.offsetX && a.offsetY === b.offsetY;
}

const wholeOf = ({ width, height }: Size): BoundingBox => [0, 0, width, height];
