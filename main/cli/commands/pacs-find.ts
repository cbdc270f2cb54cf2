/** `sonomask pacs find`: which studies an archive has. */
import type { PacsFound } from '../../../shared/ipc';
import { findStudies } from '../../pacs';
import { type Command, EXIT } from '../command';
import { PACS_LOGIN, PACS_OPTIONS, withPacs } from '../pacs-options';

const DEFAULT_LIMIT = 100;

export const pacsFind: Command = {
  name: 'pacs find',
  summary: 'List the studies of a DICOMweb archive (QIDO-RS).',
  operands: '',
  options: {
    ...PACS_OPTIONS,
    patient: { value: 'NAME', help: 'begins so; * and ? stand for anything' },
    id: { value: 'ID', help: 'of the patient' },
    accession: { value: 'N', help: 'accession number' },
    from: { value: 'DATE', help: 'YYYY-MM-DD, the day included' },
    to: { value: 'DATE', help: 'YYYY-MM-DD, the day included' },
    modality: { value: 'M', help: 'such as US' },
    limit: { value: 'N', help: `at most so many studies; default ${DEFAULT_LIMIT}` },
  },
  details: PACS_LOGIN,
  run: (args, { signal }) =>
    withPacs(args, async (connection) => {
      const query = {
        ...{ patientName: args.text('patient'), patientId: args.text('id'), accession: args.text('accession') },
        ...{ from: args.text('from'), to: args.text('to'), modality: args.text('modality') },
      };
      const limit = args.count('limit', 1) ?? DEFAULT_LIMIT;
      const found = await findStudies(connection, query, { limit, signal });
      return { exitCode: EXIT.done, json: found, text: textOf(found) };
    }),
};

function textOf({ studies, more }: PacsFound): string {
  const lines = studies.map(({ uid, date, modalities, imageCount, patientName, patientId, description }) =>
    [date, modalities.join('+'), imageCount ?? '-', patientName, patientId, description, uid].join('  '),
  );
  return [...lines, ...(more ? ['and more: narrow the search, or raise --limit'] : [])].join('\n') || 'no study';
}
