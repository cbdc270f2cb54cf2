/** What single comparisons come to: spreads and limits of agreement, of each label and of each patient. */
import type { AgreementReport, AgreementRow, LabelAgreement, PartAgreement } from '../../shared/domain';
import { blandAltman, spread } from '../../shared/metrics';
import type { AgreementPlan } from './agreement-plan';

export function reportOf(plan: AgreementPlan, rows: readonly AgreementRow[]): AgreementReport {
  const { readers, frames, readByOne } = plan;
  const labels = plan.labels.flatMap(({ id, name }) => {
    const own = rows.filter(({ labelId }) => labelId === id);
    return own.length === 0 ? [] : [labelOf(id, name, own, frames)];
  });
  return { readers, frames, readByOne, labels, rows };
}

function labelOf(labelId: number, name: string, rows: readonly AgreementRow[], frames: number): LabelAgreement {
  const pairs = rows.filter(({ outlined }) => outlined === 'both');
  const unit = pairs.length > 0 && pairs.every(({ mm }) => mm !== null) ? 'mm' : 'px';
  const differences = pairs.flatMap((row) => row[unit] ?? []);
  return {
    ...partOf(rows, unit),
    ...{ labelId, name, unit, neither: frames - rows.length },
    area: blandAltman(differences.map(({ areas }) => areas)),
    diameter: blandAltman(differences.map((each) => each.diameters)),
    patients: groups(rows).map(([patient, own]) => ({ patient, ...partOf(own, unit) })),
  };
}

function partOf(rows: readonly AgreementRow[], unit: 'mm' | 'px'): PartAgreement {
  const pairs = rows.filter(({ outlined }) => outlined === 'both');
  const differences = pairs.flatMap((row) => row[unit] ?? []);
  const count = (by: AgreementRow['outlined']): number => rows.filter(({ outlined }) => outlined === by).length;
  return {
    ...{ both: pairs.length, onlyFirst: count('first'), onlySecond: count('second') },
    dice: spread(pairs.map(({ dice }) => dice)),
    hd95: spread(differences.map(({ hd95 }) => hd95)),
    assd: spread(differences.map(({ assd }) => assd)),
  };
}

/** By patient, in the order in which they first come. */
function groups(rows: readonly AgreementRow[]): [string, AgreementRow[]][] {
  const found = new Map<string, AgreementRow[]>();
  for (const row of rows) found.set(row.patient, [...(found.get(row.patient) ?? []), row]);
  return [...found];
}
