/** QIDO-RS: which studies, series and instances a server has. */
import { AppError } from '../../shared/errors';
import type { PacsFound, PacsQuery, PacsStudy } from '../../shared/ipc';
import type { Connection } from './connection';
import { badAnswer } from './failures';
import { countOf, isUid, JSON_TYPE, jsonOf, jsonText, textsOf, uidIn, type JsonDataSet } from './dicom-json';

export interface FoundSeries {
  readonly uid: string;
  readonly modality: string;
  readonly description: string;
}

const PAGE = 200;
/** Of one listing, against a server that never comes to an end. */
const MAX_ROWS = 100_000;

const TAG = {
  ...{ studyDate: '00080020', accession: '00080050', modality: '00080060', modalities: '00080061' },
  ...{ studyDescription: '00081030', seriesDescription: '0008103E', patientName: '00100010', patientId: '00100020' },
  ...{ study: '0020000D', series: '0020000E', instance: '00080018', studyInstances: '00201208' },
} as const;

/** The first `limit` studies in the server's order. @throws AppError `usage` for a malformed date, and as `Connection.ask` */
export async function findStudies(
  connection: Connection,
  query: PacsQuery,
  { limit, signal }: { readonly limit: number; readonly signal: AbortSignal },
): Promise<PacsFound> {
  const fields = [TAG.studyDescription, TAG.modalities, TAG.studyInstances].map(
    (tag) => ['includefield', tag] as const,
  );
  const rows = await listed(connection, 'studies', [...keysOf(query), ...fields], TAG.study, signal, limit + 1);
  return { studies: rows.slice(0, limit).map((row) => studyOf(row, connection.host)), more: rows.length > limit };
}

/** @throws AppError `usage` for what is no UID, and as `Connection.ask` */
export async function seriesOf(connection: Connection, study: string, signal: AbortSignal): Promise<FoundSeries[]> {
  const fields = [['includefield', TAG.seriesDescription]] as const;
  const rows = await listed(connection, `studies/${asUid(study)}/series`, fields, TAG.series, signal);
  return rows.map((row) => ({
    uid: uidIn(row, TAG.series, connection.host),
    modality: jsonText(row, TAG.modality),
    description: jsonText(row, TAG.seriesDescription),
  }));
}

/** SOP Instance UIDs. @throws AppError `usage` for what is no UID, and as `Connection.ask` */
export async function instancesOf(
  connection: Connection,
  { study, series }: { readonly study: string; readonly series: string },
  signal: AbortSignal,
): Promise<string[]> {
  const path = `studies/${asUid(study)}/series/${asUid(series)}/instances`;
  const rows = await listed(connection, path, [], TAG.instance, signal);
  return rows.map((row) => uidIn(row, TAG.instance, connection.host));
}

/** Whether the server has an instance of this study. @throws AppError `usage`, and as `Connection.ask` */
export async function hasInstance(
  connection: Connection,
  { study, instance }: { readonly study: string; readonly instance: string },
  signal: AbortSignal,
): Promise<boolean> {
  const keys = [['SOPInstanceUID', asUid(instance)]] as const;
  const rows = await listed(connection, `studies/${asUid(study)}/instances`, keys, TAG.instance, signal, 1);
  return rows.some((row) => jsonText(row, TAG.instance) === instance);
}

/** @throws AppError `usage` */
export function asUid(text: string): string {
  if (isUid(text)) return text;
  throw new AppError('usage', 'UID', `"${text.slice(0, 80)}" is no UID`);
}

type Key = readonly [name: string, value: string];

/** Page by page until one brings nothing new; a server may give fewer at a time than it was asked for. */
async function listed(
  connection: Connection,
  path: string,
  keys: readonly Key[],
  uidTag: string,
  signal: AbortSignal,
  limit = MAX_ROWS,
): Promise<JsonDataSet[]> {
  const rows = new Map<string, JsonDataSet>();
  for (let offset = 0; rows.size < limit;) {
    const page = { limit: Math.min(PAGE, limit - rows.size), offset };
    const query = new URLSearchParams([...keys.map(([name, value]) => [name, value]), ...pageKeys(page)]);
    const request = { accept: JSON_TYPE, signal, mayBeMissing: path !== 'studies' };
    const found = await connection.ask(`${path}?${query}`, request, (answer) => jsonOf(answer, connection.host));
    const before = rows.size;
    for (const row of found) rows.set(uidIn(row, uidTag, connection.host), row);
    if (rows.size === before) {
      // What is beyond would be left out without a word.
      const isCut = found.length === page.limit;
      if (isCut)
        throw badAnswer(connection.host, `its first ${rows.size} entries again where the next ones were asked for`);
      break;
    }
    offset += found.length;
    if (rows.size > MAX_ROWS) throw badAnswer(connection.host, `a list of more than ${MAX_ROWS} entries`);
  }
  return [...rows.values()];
}

function pageKeys({ limit, offset }: { limit: number; offset: number }): [string, string][] {
  return [
    ['limit', String(limit)],
    ['offset', String(offset)],
  ];
}

function keysOf({ patientName, patientId, accession, from, to, modality }: PacsQuery): Key[] {
  const name = patientName && (/[*?]/.test(patientName) ? patientName : `${patientName}*`);
  const dates = from || to ? `${dayOf(from)}-${dayOf(to)}` : undefined;
  const keys = [
    ['PatientName', name],
    ['PatientID', patientId],
    ['AccessionNumber', accession],
    ['StudyDate', dates],
    ['ModalitiesInStudy', modality],
  ] as const;
  return keys.flatMap(([key, value]) => (value ? [[key, value] as const] : []));
}

/** As DICOM writes it. */
function dayOf(date: string | undefined): string {
  if (!date) return '';
  if (/^\d{4}-\d{2}-\d{2}$/.test(date) && !Number.isNaN(Date.parse(date))) return date.replaceAll('-', '');
  throw new AppError('usage', 'date', `"${date}" is no date of the form YYYY-MM-DD`);
}

function studyOf(row: JsonDataSet, host: string): PacsStudy {
  return {
    uid: uidIn(row, TAG.study, host),
    patientName: jsonText(row, TAG.patientName),
    patientId: jsonText(row, TAG.patientId),
    date: jsonText(row, TAG.studyDate).replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3'),
    description: jsonText(row, TAG.studyDescription),
    accession: jsonText(row, TAG.accession),
    modalities: textsOf(row, TAG.modalities).slice(0, 20),
    imageCount: countOf(row, TAG.studyInstances),
  };
}
