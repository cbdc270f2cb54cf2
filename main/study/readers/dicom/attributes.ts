/** What a DICOM header says beyond the layout of pixels: grey levels, palette, time from frame to frame. */
import type { DataSet } from 'dicom-parser';
import { AppError } from '../../../../shared/errors';
import type { Palette, PaletteColour } from './colour';
import type { GreyRule, LookUpTable, Window } from './grey-levels';

/** Functional groups of enhanced images hold what others have in the data set itself: of one frame, or of all. */
export const PER_FRAME_GROUPS = 'x52009230';
export const SHARED_GROUPS = 'x52009229';
const PIXEL_VALUE_TRANSFORMATION = 'x00289145';
const FRAME_VOI_LUT = 'x00289132';

/** The item that holds a frame's attributes of one group; the data set itself where there are no such groups. */
export function groupOf(dataSet: DataSet, group: string, frame: number): DataSet {
  const item = (sequence: string, index: number): DataSet | undefined =>
    itemsOf(itemsOf(dataSet, sequence)[index], group)[0];
  return item(PER_FRAME_GROUPS, frame) ?? item(SHARED_GROUPS, 0) ?? dataSet;
}

/** Items of a sequence; none where it is missing. */
export function itemsOf(dataSet: DataSet | undefined, sequence: string): DataSet[] {
  return (dataSet?.elements[sequence]?.items ?? []).flatMap(({ dataSet: item }) => item ?? []);
}

/** A number written as text (DS, IS), or undefined where it is missing or none. */
export function decimal(dataSet: DataSet, tag: string, index = 0): number | undefined {
  const text = dataSet.string(tag, index)?.trim();
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) ? value : undefined;
}

export function greyRuleOf(dataSet: DataSet, frame: number): GreyRule {
  const rescale = groupOf(dataSet, PIXEL_VALUE_TRANSFORMATION, frame);
  const view = groupOf(dataSet, FRAME_VOI_LUT, frame);
  const modality = tableOf(itemsOf(dataSet, 'x00283000')[0]);
  const voi = tableOf(itemsOf(dataSet, 'x00283010')[0]);
  const window = windowOf(view);
  return {
    slope: decimal(rescale, 'x00281053') || 1,
    intercept: decimal(rescale, 'x00281052') ?? 0,
    ...(modality && { modality }),
    ...(voi && { voi }),
    ...(window && { window }),
  };
}

/** Of several windows the first. */
function windowOf(dataSet: DataSet): Window | undefined {
  const [center, width] = [decimal(dataSet, 'x00281050'), decimal(dataSet, 'x00281051')];
  if (center === undefined || width === undefined || width <= 0) return undefined;
  const name = dataSet.string('x00281056');
  return { center, width, shape: name === 'SIGMOID' || name === 'LINEAR_EXACT' ? name : 'LINEAR' };
}

function tableOf(item: DataSet | undefined): LookUpTable | undefined {
  if (!item) return undefined;
  const bits = item.uint16('x00283002', 2) ?? 16;
  const table = entriesOf(item, 'x00283002', 'x00283006');
  return table && bits >= 1 && bits <= 16 ? { ...table, bits } : undefined;
}

/** @throws AppError `format-corrupt` for a palette that is missing or too short, `format-unknown` for a segmented one */
export function paletteOf(dataSet: DataSet, path: string): Palette {
  if (dataSet.elements['x00281221']) {
    throw new AppError('format-unknown', path, `${path}: segmented palettes cannot be read`);
  }
  const colour = (k: number): PaletteColour => {
    const table = entriesOf(dataSet, `x0028110${k}`, `x0028120${k}`);
    if (!table) throw new AppError('format-corrupt', path, `${path}: its colour palette is missing or cut off`);
    return table;
  };
  return [colour(1), colour(2), colour(3)];
}

/** A table by its descriptor: number of entries (0: 65,536), first value, bits of an entry. */
function entriesOf(dataSet: DataSet, descriptor: string, data: string): PaletteColour | undefined {
  const [length, first, bits] = [0, 1, 2].map((i) => dataSet.uint16(descriptor, i));
  const element = dataSet.elements[data];
  if (length === undefined || first === undefined || bits === undefined || !element) return undefined;
  const count = length || 65_536;
  const signedFirst = first >= 32_768 && dataSet.uint16('x00280103') === 1 ? first - 65_536 : first;
  const { dataOffset, length: there } = element;
  if (there >= 2 * count) {
    const entries = Uint16Array.from({ length: count }, (_, i) => dataSet.uint16(data, i) ?? 0);
    return { first: signedFirst, entries };
  }
  if (bits > 8 || there < count) return undefined;
  return { first: signedFirst, entries: Uint8Array.from(dataSet.byteArray.subarray(dataOffset, dataOffset + count)) };
}

/** Milliseconds from frame to frame of a loop, as far as the file says. */
export function frameTimeOf(dataSet: DataSet): number | undefined {
  const rate = decimal(dataSet, 'x00082144') ?? decimal(dataSet, 'x00180040');
  const vector = dataSet
    .string('x00181065')
    ?.split('\\')
    .map(Number)
    .filter((time) => time > 0);
  const mean = vector?.length ? vector.reduce((sum, time) => sum + time, 0) / vector.length : undefined;
  const time = decimal(dataSet, 'x00181063') ?? mean ?? (rate ? 1_000 / rate : undefined);
  return time !== undefined && time > 0 && Number.isFinite(time) ? time : undefined;
}
