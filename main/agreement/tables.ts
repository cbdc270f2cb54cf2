/** A report as two tables: one line a frame and label, and one line a label and patient. */
import type { AgreementReport, AgreementRow, LabelAgreement, MaskDifference, PartAgreement } from '../../shared/domain';
import { csvTable, writeAtomically, type CsvRow } from '../files';

/** Spreads of each patient, and of all together (`patient` empty, `of` says which). */
function summaryRows({ labels, readers }: AgreementReport): CsvRow[] {
  return labels.flatMap((label) => [
    { label: label.name, of: 'all', patient: '', ...partRow(label, label.unit), ...limits(label), ...between(readers) },
    ...label.patients.map(({ patient, ...part }) => ({
      ...{ label: label.name, of: 'patient', patient },
      ...partRow(part, label.unit),
      ...limits(null),
      ...between(readers),
    })),
  ]);
}

function partRow({ both, onlyFirst, onlySecond, ...spreads }: PartAgreement, unit: 'mm' | 'px'): CsvRow {
  const row: Record<string, CsvRow[string]> = { both, only_first: onlyFirst, only_second: onlySecond, unit };
  for (const name of ['dice', 'hd95', 'assd'] as const) {
    const { mean, sd, median, low, high } = spreads[name];
    Object.assign(row, { [`${name}_mean`]: mean, [`${name}_sd`]: sd, [`${name}_median`]: median });
    Object.assign(row, { [`${name}_min`]: low, [`${name}_max`]: high });
  }
  return row;
}

/** Bland-Altman, first minus second. */
function limits(label: Pick<LabelAgreement, 'area' | 'diameter'> | null): CsvRow {
  const row: Record<string, CsvRow[string]> = {};
  for (const name of ['area', 'diameter'] as const) {
    row[`${name}_bias`] = label?.[name].bias ?? null;
    row[`${name}_limit_low`] = label?.[name].limits?.[0] ?? null;
    row[`${name}_limit_high`] = label?.[name].limits?.[1] ?? null;
  }
  return row;
}

function between([first, second]: AgreementReport['readers']): CsvRow {
  return { first: first.name, second: second.name };
}

/** Every comparison, then the frames that only one has read. */
function frameRows({ rows, labels, readers, readByOne }: AgreementReport): CsvRow[] {
  const names = new Map(labels.map(({ labelId, name }) => [labelId, name]));
  const compared = rows.map((row) => ({
    ...placeOf(row),
    ...{ label: names.get(row.labelId) ?? '', outlined_by: row.outlined, dice: row.dice },
    ...sizes(row.px, 'px'),
    ...sizes(row.mm, 'mm'),
    ...between(readers),
  }));
  const alone = readByOne.map(({ reader, ...frame }) => ({
    ...placeOf(frame),
    ...{ label: '', outlined_by: `read by ${reader} only`, dice: null },
    ...sizes(null, 'px'),
    ...sizes(null, 'mm'),
    ...between(readers),
  }));
  return [...compared, ...alone];
}

function placeOf({ patient, relativePath, frameIndex }: Pick<AgreementRow, 'patient' | 'relativePath' | 'frameIndex'>) {
  return { patient, file: relativePath, frame: frameIndex + 1 };
}

function sizes(found: MaskDifference | null, unit: 'px' | 'mm'): CsvRow {
  const square = unit === 'mm' ? 'mm2' : 'px';
  return {
    [`hd95_${unit}`]: found && found.hd95,
    [`assd_${unit}`]: found && found.assd,
    [`area_first_${square}`]: found && found.areas[0],
    [`area_second_${square}`]: found && found.areas[1],
    [`diameter_first_${unit}`]: found && found.diameters[0],
    [`diameter_second_${unit}`]: found && found.diameters[1],
  };
}

/** The text of both tables. */
export function tablesOf(report: AgreementReport): { readonly frames: string; readonly summary: string } {
  return { frames: csvTable(frameRows(report)), summary: csvTable(summaryRows(report)) };
}

/** Writes `path`, a line a frame, and beside it `NAME-summary.csv`. @throws AppError `disk-full`, `write-failed` */
export async function writeTables(report: AgreementReport, path: string): Promise<readonly [string, string]> {
  const { frames, summary } = tablesOf(report);
  const beside = path.replace(/(\.csv)?$/i, '-summary.csv');
  await writeAtomically(path, (write) => write(frames));
  await writeAtomically(beside, (write) => write(summary));
  return [path, beside];
}
