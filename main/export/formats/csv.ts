/**
 * measurements.csv: a line a mask with its sizes in pixels, and in millimetres where the frame's calibration is known;
 * calipers.csv: a line for each caliper and ellipse that was drawn on those frames, and on others without a mask where all
 * masks are exported (shared/measure has the formulas).
 */
import type { Measurement } from '../../../shared/domain';
import { measure, sizeOf, spacingFor, type MeasuredSize, type Measures } from '../../../shared/measure';
import { csvTable, type CsvRow } from '../../files';
import type { ExportJob, JobMask } from '../export-job';
import type { PlannedFrame } from '../export-plan';

export async function exportCsv(job: ExportJob): Promise<void> {
  const [maskRows, caliperRows]: [CsvRow[], CsvRow[]] = [[], []];
  for await (const { frame, masks } of job.frames()) {
    masks.forEach((mask, i) => {
      const instance = masks.slice(0, i + 1).filter(({ labelId }) => labelId === mask.labelId).length;
      maskRows.push(rowOf(frame, mask, instance));
    });
    for (const measured of frame.measurements) caliperRows.push(caliperRow(frame, measured));
  }
  for (const frame of job.plan.measured) {
    // Of images without masks there are no copies, and their own names must not leave.
    if (job.plan.images) job.lost('not-copied', frame);
    else caliperRows.push(...frame.measurements.map((measured) => caliperRow(frame, measured)));
  }
  await job.write('measurements.csv', csvTable(maskRows));
  if (caliperRows.length > 0) await job.write('calipers.csv', csvTable(caliperRows));
}

function rowOf(frame: PlannedFrame, { label, mask, state, quality }: JobMask, instance: number): CsvRow {
  const px = measure(mask);
  const spacing = spacingFor(mask, frame.calibration);
  const mm = spacing && measure(mask, spacing);
  return {
    ...placeOf(frame),
    ...{ label: label.name, instance, state, quality },
    ...{ width_px: frame.widthPx, height_px: frame.heightPx },
    ...{ mm_per_px_x: spacing?.[0] ?? null, mm_per_px_y: spacing?.[1] ?? null },
    ...sizes(px, 'px'),
    ...(px && { ellipse_x_px: px.ellipse.x, ellipse_y_px: px.ellipse.y }),
    ...(px && { ellipse_angle_deg: (px.ellipse.angleRad * 180) / Math.PI }),
    ...sizes(mm, 'mm'),
    mm_from: mm ? (frame.calibration?.origin ?? null) : null,
  };
}

function placeOf(frame: PlannedFrame): CsvRow {
  const { patient, study, series, relativePath: file, frameIndex, set } = frame;
  return { patient, study, series, file, frame: frameIndex + 1, set };
}

function caliperRow(frame: PlannedFrame, measured: Measurement): CsvRow {
  const { kind, x0, y0, x1, y1 } = measured;
  const px = sizeOf(measured, null);
  const size = sizeOf(measured, frame.calibration);
  const asidePx = measured.kind === 'ellipse' ? measured.asidePx : null;
  return {
    ...placeOf(frame),
    ...{ kind, x0_px: x0, y0_px: y0, x1_px: x1, y1_px: y1, half_other_axis_px: asidePx },
    ...caliperSizes(px, 'px'),
    ...caliperSizes(size.unit === 'mm' ? size : null, 'mm'),
    mm_from: size.unit === 'mm' ? (frame.calibration?.origin ?? null) : null,
  };
}

function caliperSizes(size: MeasuredSize | null, unit: 'px' | 'mm'): CsvRow {
  return {
    [`length_${unit}`]: size && size.length,
    [`shorter_axis_${unit}`]: size?.ellipse?.shorterAxis ?? null,
    [`circumference_${unit}`]: size?.ellipse?.circumference ?? null,
    [`area_${unit}${unit === 'mm' ? '2' : ''}`]: size?.ellipse?.area ?? null,
  };
}

function sizes(found: Measures | null, unit: 'px' | 'mm'): CsvRow {
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
