/**
 * Patient, study and series as a DICOM file names them. Only what tells patients, studies and series apart and what is
 * shown in the list is taken: the patient's id, never the name, the birth date or any other attribute of a person.
 */
import type { DataSet } from 'dicom-parser';
import type { SourceImage } from '../../../../shared/domain';
import { textOf } from './text';

/** Undefined where the file has no study UID: then its folders say where it belongs. */
export function placeOf(dataSet: DataSet): Pick<SourceImage, 'study' | 'series'> | undefined {
  const study = dataSet.string('x0020000d')?.slice(0, 64);
  if (!study) return undefined;
  const modality = textOf(dataSet, 'x00080060');
  const seriesNumber = textOf(dataSet, 'x00200011');
  return {
    study: {
      key: `dicom:${study}`,
      name: textOf(dataSet, 'x00081030') || modality || 'DICOM',
      patient: textOf(dataSet, 'x00100020'),
    },
    series: {
      key: dataSet.string('x0020000e')?.slice(0, 64) || '.',
      name: textOf(dataSet, 'x0008103e') || `${modality} ${seriesNumber}`.trim() || 'DICOM',
    },
  };
}
