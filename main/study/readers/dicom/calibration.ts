/**
 * Millimetres as a DICOM file states them: the Sequence of Ultrasound Regions (PS3.3 C.8.5.5), else Pixel Spacing. What
 * projects a body onto a detector (Imager Pixel Spacing) says nothing of lengths in the patient and is left alone.
 */
import type { DataSet } from 'dicom-parser';
import type { CalibratedRegion, Calibration, ImageCalibration } from '../../../../shared/domain';
import { decimal, itemsOf, PER_FRAME_GROUPS, SHARED_GROUPS } from './attributes';
import type { PixelDescription } from './description';

const REGIONS = 'x00186011';
const PIXEL_MEASURES = 'x00289110';
/** Region Spatial Format: 2D. Others have a time or a velocity on an axis. */
const TWO_DIMENSIONAL = 1;
/** Physical Units: centimetres. */
const CENTIMETRES = 3;
const MAX_REGIONS = 1_000;

/** What holds for all frames, or, where an enhanced file's functional groups differ, for each of them. */
export function calibrationOf(dataSet: DataSet, size: PixelDescription): ImageCalibration | undefined {
  const shared = itemsOf(dataSet, SHARED_GROUPS)[0];
  const ofAll = (frame?: DataSet): Calibration | undefined => {
    const groups = [frame, shared, dataSet];
    return firstOf(groups, (group) => regionsIn(group, size)) ?? firstOf(groups, spacingIn);
  };
  const items = itemsOf(dataSet, PER_FRAME_GROUPS).slice(0, size.frameCount);
  if (!items.some((item) => regionsIn(item, size) ?? spacingIn(item))) return ofAll();
  const different = new Map<string, { readonly place: number; readonly known: Calibration }>();
  const frames = Array.from({ length: size.frameCount }, (_, i): number | null => {
    const known = ofAll(items[i]);
    if (!known) return null;
    const key = JSON.stringify(known);
    const entry = different.get(key) ?? { place: different.size, known };
    different.set(key, entry);
    return entry.place;
  });
  const known = [...different.values()].map((entry) => entry.known);
  const [only] = known;
  return known.length === 1 && !frames.includes(null) ? only : { kind: 'per-frame', different: known, frames };
}

function firstOf<T>(groups: readonly (DataSet | undefined)[], find: (group: DataSet) => T | undefined): T | undefined {
  for (const group of groups) {
    const found = group && find(group);
    if (found !== undefined) return found;
  }
  return undefined;
}

function regionsIn(group: DataSet, size: PixelDescription): Calibration | undefined {
  const regions = itemsOf(group, REGIONS)
    .slice(0, MAX_REGIONS)
    .flatMap((item) => regionOf(item) ?? []);
  if (regions.length === 0) return undefined;
  return { kind: 'regions', origin: 'ultrasound-regions', regions, fits: isUnscaled(regions, size) };
}

/** Of a functional group, or of a data set without such groups. */
function spacingIn(group: DataSet): Calibration | undefined {
  return pixelSpacing(itemsOf(group, PIXEL_MEASURES)[0] ?? group);
}

/**
 * Whether the image still has the pixels that its regions were stated in. One that was scaled down leaves them reaching
 * out of it; so does one that was cropped, but then on the side that was cut only, and on the other axis a region ends at
 * the image's edge to the pixel, which scaling would have moved.
 */
function isUnscaled(regions: readonly CalibratedRegion[], { widthPx, heightPx }: PixelDescription): boolean {
  const [right, bottom] = [Math.max(...regions.map(({ x1 }) => x1)), Math.max(...regions.map(({ y1 }) => y1))];
  // Machines write the last pixel or the edge behind it: one pixel too far is no contradiction.
  const within = (end: number, size: number): boolean => end <= size + 1;
  const atEdge = (end: number, size: number): boolean => end === size || end === size + 1;
  if (within(right, widthPx) && within(bottom, heightPx)) return true;
  return atEdge(right, widthPx) || atEdge(bottom, heightPx);
}

/** Undefined for one without bounds. */
function regionOf(item: DataSet): CalibratedRegion | undefined {
  const [x0, y0] = [item.uint32('x00186018'), item.uint32('x0018601a')];
  const [right, bottom] = [item.uint32('x0018601c'), item.uint32('x0018601e')];
  if (x0 === undefined || y0 === undefined || right === undefined || bottom === undefined) return undefined;
  const isSpatial =
    item.uint16('x00186012') === TWO_DIMENSIONAL &&
    item.uint16('x00186024') === CENTIMETRES &&
    item.uint16('x00186026') === CENTIMETRES;
  const scale = { x: mm(item.double('x0018602c')), y: mm(item.double('x0018602e')) };
  return {
    ...{ x0, y0, x1: right + 1, y1: bottom + 1 },
    mmPerPx: isSpatial && scale.x !== null && scale.y !== null ? { x: scale.x, y: scale.y } : null,
  };
}

/** A physical delta is signed: on some axes values fall to the right or downwards. */
function mm(centimetres: number | undefined): number | null {
  const size = Math.abs(centimetres ?? 0) * 10;
  return size > 0 && size < 1_000 ? size : null;
}

/** Between rows first, then between columns. */
function pixelSpacing(dataSet: DataSet): Calibration | undefined {
  const [y, x] = [decimal(dataSet, 'x00280030', 0), decimal(dataSet, 'x00280030', 1)];
  if (y === undefined || x === undefined || !(y > 0 && y < 1_000 && x > 0 && x < 1_000)) return undefined;
  return { kind: 'uniform', origin: 'pixel-spacing', mmPerPx: { x, y } };
}
