/**
 * The outline of the chosen mask as few vertices, and the acts on one of them. An act changes the mask only where the
 * edited ring does: other parts, holes and all detail elsewhere stay as they are. Not the tool (`canvas/tools`).
 */
import {
  boundingBox,
  cropMask,
  fillOutline,
  rasterizePolygon,
  traceOutlines,
  type BoundingBox,
  type Mask,
  type Ring,
} from '../../shared/mask';
import { simplified, type VertexRing } from '../../shared/path';
import { handMade, type LocalAct } from './acts';
import type { FrameDocument } from './frame-document';
import type { Instance } from './instance';
import type { Selection } from './selection';
import { isLive, pixelsOf, type FrameSize, type Snapshot } from './snapshot';

/** One ring of a mask; `part`: the number of the component it is the border of. */
export interface HeldRing {
  readonly held: VertexRing;
  readonly part: number;
  readonly isHole: boolean;
}

interface Known {
  readonly tolerancePx: number;
  readonly rings: readonly HeldRing[];
}

/** What of the editor these acts need. */
interface Surroundings {
  readonly document: FrameDocument | null;
  readonly selection: Selection;
}

export class Vertices {
  /** Vertices as they were left, beside the states they stand for: undo brings them back with the mask. */
  readonly #known = new WeakMap<Snapshot, Known>();

  constructor(private readonly editor: Surroundings) {}

  /** All rings of the chosen mask, none where there is no mask. @param tolerancePx of their simplification */
  rings(tolerancePx: number): readonly HeldRing[] {
    const instance = this.editor.selection.existingTarget();
    if (!instance || !isLive(instance.shown)) return [];
    const known = this.#known.get(instance.shown);
    if (known?.tolerancePx === tolerancePx) return known.rings;
    const rings = heldRings(instance.pixels, tolerancePx);
    this.#known.set(instance.shown, { tolerancePx, rings });
    return rings;
  }

  /**
   * Ring `index` is another from now on, one act.
   *
   * @param rings that it is one of, as they were when the edit began
   * @returns false where that changes no pixel
   */
  reshape(tolerancePx: number, index: number, held: VertexRing, rings = this.rings(tolerancePx)): boolean {
    const { document, selection } = this.editor;
    const [instance, ring] = [selection.existingTarget(), rings[index]];
    if (!document || !instance || !ring) return false;
    const perform = ringChange(instance, { rings, index, after: held.ring }, document.frame);
    if (!document.do({ kind: 'local', perform, review: null }, instance)) return false;
    const now = rings.with(index, { ...ring, held });
    if (instance.shown && standFor(now, instance.pixels)) this.#known.set(instance.shown, { tolerancePx, rings: now });
    return true;
  }
}

interface RingEdit {
  readonly rings: readonly HeldRing[];
  readonly index: number;
  readonly after: Ring;
}

/** What the ring newly goes around is set (cleared, of a hole), what it leaves is the other way round for its own part. */
function ringChange(instance: Instance, { rings, index, after }: RingEdit, size: FrameSize): LocalAct['perform'] {
  return (stateOf) => {
    const before = stateOf(instance);
    const edited = rings[index];
    if (!isLive(before) || !edited) return [];
    // Nothing changes outside the two rings, old and new.
    const [left, top, width, height] = boxAround([...edited.held.ring, ...after], size);
    const seen = (ring: Ring): Ring => ring.map((value, k) => value - (k % 2 === 0 ? left : top));
    const part = rings.filter((ring) => ring.part === edited.part).map(({ held }) => seen(held.ring));
    const own = rasterizePolygon(part, width, height).data;
    const [old, now] = [edited.held.ring, after].map((ring) => fillOutline(seen(ring), width, height).data);
    const [set, cleared] = edited.isHole ? [old, now] : [now, old];
    const pixels = pixelsOf(before, size);
    for (let y = 0, k = 0; y < height; y++) {
      for (let i = (top + y) * size.widthPx + left, end = i + width; i < end; i++, k++) {
        if (set?.[k] === cleared?.[k]) continue;
        if (set?.[k] === 1) pixels.data[i] = 1;
        else if (own[k] === 1) pixels.data[i] = 0;
      }
    }
    const changed = handMade(before, pixels, 'polygon');
    // One that would leave nothing does nothing: deleting is another act.
    return changed.areaPx === 0 || changed.counts === before.counts ? [] : [{ instance, before, after: changed }];
  };
}

/** The pixels that a ring may go around, cut to the image. */
function boxAround(ring: Ring, { widthPx, heightPx }: FrameSize): BoundingBox {
  const [xs, ys] = [0, 1].map((axis) => ring.filter((_, k) => k % 2 === axis)) as [number[], number[]];
  const from = (values: number[], size: number): number => Math.min(Math.max(Math.floor(least(values)), 0), size);
  const to = (values: number[], size: number): number =>
    Math.min(Math.max(Math.ceil(-least(values.map((v) => -v))), 0), size);
  const [left, top] = [from(xs, widthPx), from(ys, heightPx)];
  return [left, top, to(xs, widthPx) - left, to(ys, heightPx) - top];
}

/** Of any number of values: they do not all fit into one call. */
function least(values: readonly number[]): number {
  return values.reduce((smallest, value) => Math.min(smallest, value), Infinity);
}

/** Looks only at the mask's bounding box. */
function heldRings(mask: Mask, tolerancePx: number): HeldRing[] {
  const box = boundingBox(mask);
  if (!box) return [];
  const held = (ring: Ring): VertexRing =>
    simplified(
      ring.map((value, k) => value + (box[k % 2] as number)),
      tolerancePx,
    );
  return traceOutlines(cropMask(mask, box)).flatMap(({ outer, holes }, part) => [
    { held: held(outer), part, isHole: false },
    ...holes.map((hole) => ({ held: held(hole), part, isHole: true })),
  ]);
}

/** After rings have met, they are not those of the mask any more. */
function standFor(rings: readonly HeldRing[], { widthPx, heightPx, data }: Mask): boolean {
  const filled = rasterizePolygon(
    rings.map(({ held }) => held.ring),
    widthPx,
    heightPx,
  ).data;
  for (let i = 0; i < data.length; i++) if (filled[i] !== data[i]) return false;
  return true;
}
