/**
 * measurements.csv: a line a mask with its sizes in pixels, and in millimetres where the frame's calibration is known
 * (shared/measure has the formulas). Commas, a dot for decimals, UTF-8 with a mark, so that spreadsheets read names.
 */
import { mmPerPx } from '../../../shared/domain';
import { boundingBox, type Mask, type Spacing } from '../../../shared/mask';
import { measure, type Measures } from '../../../shared/measure';
import type { ExportJob, JobMask } from '../export-job';
import type { PlannedFrame } from '../export-plan';

type Value = string | number | null;

const BYTE_ORDER_MARK = '\ufeff';

export async function exportCsv(job: ExportJob): Promise<void> {
  const rows: string[] = [];
  for await (const { frame, masks } of job.frames()) {
    masks.forEach((mask, i) => {
      const instance = masks.slice(0, i + 1).filter(({ labelId }) => labelId === mask.labelId).length;
      const cells = rowOf(frame, mask, instance);
      if (rows.length === 0) rows.push(line(Object.keys(cells)));
      rows.push(line(Object.values(cells)));
    });
  }
  await job.write('measurements.csv', BYTE_ORDER_MARK + rows.join(''));
}

function rowOf(frame: PlannedFrame, { label, mask, state, quality }: JobMask, instance: number): Record<string, Value> {
  const px = measure(mask);
  const spacing = spacingOf(frame, mask);
  const mm = spacing && measure(mask, spacing);
  return {
    ...{ patient: frame.patient, study: frame.study, series: frame.series, file: frame.relativePath },
    ...{ frame: frame.frameIndex + 1, set: frame.set, label: label.name, instance, state, quality },
    ...{ width_px: frame.widthPx, height_px: frame.heightPx },
    ...{ mm_per_px_x: spacing?.[0] ?? null, mm_per_px_y: spacing?.[1] ?? null },
    ...sizes(px, 'px'),
    ...(px && { ellipse_x_px: px.ellipse.x, ellipse_y_px: px.ellipse.y }),
    ...(px && { ellipse_angle_deg: (px.ellipse.angleRad * 180) / Math.PI }),
    ...sizes(mm, 'mm'),
  };
}

/** Null where the mask leaves its calibrated region: no millimetres are better than wrong ones. */
function spacingOf({ calibration }: PlannedFrame, mask: Mask): Spacing | null {
  const [x, y, width, height] = boundingBox(mask) ?? [0, 0, 0, 0];
  const scale = mmPerPx(calibration, [
    { x, y },
    { x: x + width, y: y + height },
  ]);
  return scale && [scale.x, scale.y];
}

function sizes(found: Measures | null, unit: 'px' | 'mm'): Record<string, Value> {
  return {
    [`area_${unit}${unit === 'mm' ? '2' : ''}`]: found && found.area,
    [`perimeter_${unit}`]: found && found.perimeter,
    [`max_diameter_${unit}`]: found && found.maxDiameter,
    [`min_diameter_${unit}`]: found && found.minDiameter,
    [`ellipse_major_${unit}`]: found && 2 * found.ellipse.semiMajor,
    [`ellipse_minor_${unit}`]: found && 2 * found.ellipse.semiMinor,
    [`ellipse_circumference_${unit}`]: found && found.ellipsePerimeter,
  };
}

function line(cells: readonly Value[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A name that begins like a formula would be one in a spreadsheet. */
function cell(value: Value): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(Number(value.toFixed(4)));
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
