/**
 * The masks of the frame on screen as canvases and outlines, each painted when its bits change. Follows the editor's
 * news; draws nothing itself (`drawing.ts`).
 */
import type { Editor, Instance, PixelNews } from '../editor';
import { MaskCanvas } from './mask-canvas';
import { outlinePath } from './outline-path';

export interface Overlay {
  readonly instance: Instance;
  readonly colour: string;
  readonly fill: MaskCanvas;
  /** Another one whenever it is drawn differently. */
  readonly version: number;
  /** A stroke on it is under way. */
  readonly painted: boolean;
  /**
   * Null while a stroke is under way: it would be out of date with every movement.
   *
   * @param scale screen pixels an image pixel: the path is as fine as can be seen at it
   */
  outline(scale: number): Path2D | null;
}

/** On the screen. */
const OUTLINE_TOLERANCE_PX = 0.5;

/** By powers of two, so that paths are not made anew with every step of the zoom; every edge where pixels are seen. */
function toleranceAt(scale: number): number {
  return scale >= 1 ? 0 : 2 ** Math.floor(Math.log2(OUTLINE_TOLERANCE_PX / scale));
}

class InstanceOverlay implements Overlay {
  fill: MaskCanvas;
  version = 0;
  #outline: { readonly path: Path2D; readonly tolerancePx: number } | null = null;

  constructor(
    readonly instance: Instance,
    public colour: string,
    private readonly editor: Editor,
  ) {
    this.fill = new MaskCanvas(colour);
    this.fill.paint(instance.crop);
  }

  get painted(): boolean {
    return this.editor.stroke?.instance === this.instance;
  }

  outline(scale: number): Path2D | null {
    if (this.painted) return null;
    const tolerancePx = toleranceAt(scale);
    if (this.#outline?.tolerancePx !== tolerancePx) {
      this.#outline = { path: outlinePath(this.instance.crop, tolerancePx), tolerancePx };
    }
    return this.#outline.path;
  }

  update({ box }: PixelNews): void {
    this.version++;
    this.#outline = null;
    if (box) this.fill.repaint(this.instance.pixels, box);
    else this.fill.paint(this.instance.crop);
  }

  recolour(colour: string): boolean {
    if (colour === this.colour) return false;
    this.version++;
    this.colour = colour;
    this.fill = new MaskCanvas(colour);
    this.fill.paint(this.instance.crop);
    return true;
  }
}

export class MaskOverlays {
  readonly #overlays = new Map<Instance, InstanceOverlay>();
  #active: Instance | null = null;

  /** @param colourOf a label's colour, `#RRGGBB` */
  constructor(
    private readonly editor: Editor,
    private readonly colourOf: (labelId: number) => string,
  ) {}

  /** In the order they are drawn, the active one last. */
  get all(): readonly Overlay[] {
    const active = this.editor.document?.active ?? null;
    return [...this.#overlays.values()].sort((a, b) => Number(a.instance === active) - Number(b.instance === active));
  }

  /** What the user is at, and all others: in the order they are drawn, the others first. */
  get parted(): { readonly resting: readonly Overlay[]; readonly inHand: readonly Overlay[] } {
    const { all } = this;
    const active = this.editor.document?.active ?? null;
    const isInHand = ({ instance, painted }: Overlay): boolean => painted || instance === active;
    return { resting: all.filter((overlay) => !isInHand(overlay)), inHand: all.filter(isInHand) };
  }

  /** Bits of one instance changed. */
  update(news: PixelNews): void {
    this.sync();
    this.#overlays.get(news.instance)?.update(news);
  }

  /**
   * Other instances may be on screen, another one active, or labels have other colours.
   *
   * @returns whether it is so: then they are to be drawn anew
   */
  sync(): boolean {
    const { document, stroke } = this.editor;
    const active = document?.active ?? null;
    const shown = new Set<Instance>(document?.live);
    if (stroke) shown.add(stroke.instance);
    let changed = active !== this.#active;
    this.#active = active;
    for (const instance of this.#overlays.keys()) {
      if (!shown.has(instance)) changed = this.#overlays.delete(instance);
    }
    for (const instance of shown) changed = this.#show(instance) || changed;
    return changed;
  }

  #show(instance: Instance): boolean {
    const colour = this.colourOf(instance.labelId);
    const known = this.#overlays.get(instance);
    if (known) return known.recolour(colour);
    this.#overlays.set(instance, new InstanceOverlay(instance, colour, this.editor));
    return true;
  }
}
