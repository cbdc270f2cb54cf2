/**
 * Patient, study and series as a DICOM file names them. Only what tells patients, studies and series apart and what is
 * shown in the list is taken: the patient's id, never the name, the birth date or any other attribute of a person.
 */
import type { DataSet } from 'dicom-parser';
import type { SourceImage } from '../../../../shared/domain';

/** Undefined where the file has no study UID: then its folders say where it belongs. */
export function placeOf(dataSet: DataSet): Pick<SourceImage, 'study' | 'series'> | undefined {
  const study = dataSet.string('x0020000d')?.slice(0, 64);
  if (!study) return undefined;
  const modality = text(dataSet, 'x00080060');
  const seriesNumber = text(dataSet, 'x00200011');
  return {
    study: {
      key: `dicom:${study}`,
      name: text(dataSet, 'x00081030') || modality || 'DICOM',
      patient: text(dataSet, 'x00100020'),
    },
    series: {
      key: dataSet.string('x0020000e')?.slice(0, 64) || '.',
      name: text(dataSet, 'x0008103e') || `${modality} ${seriesNumber}`.trim() || 'DICOM',
    },
  };
}

/** Specific Character Set (PS3.3 C.12.1.1.2) as TextDecoder calls it; what is missing here is Latin 1 or ASCII. */
const ENCODINGS: Readonly<Record<string, string>> = {
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  'ISO 2022 IR 58': 'gb18030',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 13': 'shift_jis',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
};

/** One line, at most 200 characters. */
function text(dataSet: DataSet, tag: string): string {
  const element = dataSet.elements[tag];
  if (!element || element.length > 1_024) return '';
  const sets = dataSet.string('x00080005')?.split('\\') ?? [];
  const encoding = sets.map((set) => ENCODINGS[set.trim()]).find((name) => name !== undefined) ?? 'windows-1252';
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  return new TextDecoder(encoding)
    .decode(bytes)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 200)
    .trim();
}
