/** Writing to the disk: what other rooms may use. */
export { writeAtomically, writeError, type Write } from './atomic-file';
export { csvTable, type CsvRow } from './csv';
