/** STOW-RS: one instance into a server's archive, and what the server says of it. */
import { AppError } from '../../shared/errors';
import type { Connection } from './connection';
import { JSON_TYPE, jsonOf, jsonText, sequenceOf, type JsonDataSet } from './dicom-json';
import { badAnswer } from './failures';
import { wrapped } from './multipart';

const TAG = {
  ...{ failed: '00081198', failureReason: '00081197', stored: '00081199', warningReason: '00081196' },
  instance: '00081155',
} as const;

/** PS3.18 table I.2-2. */
const WARNINGS: Readonly<Record<number, string>> = {
  0xb000: 'some of its values were changed',
  0xb006: 'some of its elements were left out',
  0xb007: 'it does not match its SOP class',
};

/**
 * Stores an instance. Sending it again does no harm: it is the same one.
 *
 * @param file in pieces
 * @returns the server's warnings
 * @throws AppError as `Connection.ask`; `pacs-failed` where the server did not store it, with its reason
 */
export async function storeInstance(
  connection: Connection,
  {
    study,
    instance,
    file,
  }: { readonly study: string; readonly instance: string; readonly file: readonly Uint8Array[] },
  signal: AbortSignal,
): Promise<string[]> {
  const { host } = connection;
  const request = { accept: JSON_TYPE, signal, body: wrapped(file) };
  return connection.ask(`studies/${study}`, request, async (answer) => {
    const [told = {}] = await jsonOf(answer, host);
    const isIt = (item: JsonDataSet): boolean => jsonText(item, TAG.instance) === instance;
    const failed = sequenceOf(told, TAG.failed).find(isIt);
    if (failed)
      throw new AppError('pacs-failed', host, `${host}: not stored: ${failureOf(reasonIn(failed, TAG.failureReason))}`);
    const stored = sequenceOf(told, TAG.stored).find(isIt);
    if (!stored) throw badAnswer(host, `HTTP ${answer.status} that does not say whether the instance was stored`);
    const warning = reasonIn(stored, TAG.warningReason);
    return warning === undefined ? [] : [WARNINGS[warning] ?? `warning ${hexadecimal(warning)}`];
  });
}

function reasonIn(item: JsonDataSet, tag: string): number | undefined {
  const text = jsonText(item, tag);
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** PS3.18 table I.2-2. */
function failureOf(reason: number | undefined): string {
  if (reason === undefined) return 'the server gives no reason';
  const [known] = FAILURES.find(([, from, to]) => reason >= from && reason <= to) ?? ['the server refused it'];
  return `${known} (${hexadecimal(reason)})`;
}

const FAILURES: readonly (readonly [text: string, from: number, to: number])[] = [
  ['the server is out of resources', 0xa700, 0xa7ff],
  ['the file does not match its SOP class', 0xa900, 0xa9ff],
  ['the server takes no such transfer syntax', 0xc122, 0xc122],
  ['the server cannot understand it', 0xc000, 0xcfff],
  ['the server failed while it processed it', 0x0110, 0x0110],
  ['the server takes no DICOM Segmentations', 0x0122, 0x0122],
];

function hexadecimal(reason: number): string {
  return reason.toString(16).toUpperCase().padStart(4, '0');
}
