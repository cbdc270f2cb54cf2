/** multipart/related (RFC 2387) with one part, as DICOMweb sends an instance: taken apart as it comes, and put together. */
import { randomUUID } from 'node:crypto';
import { badAnswer, PassingError } from './failures';

/** Of what comes before the part's content. */
const MAX_HEAD_BYTES = 65_536;

/** The boundary of a Content-Type; undefined for one that is no multipart. */
export function boundaryOf(contentType: string): string | undefined {
  const found = /^multipart\/related\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return found?.[1] ?? found?.[2];
}

/**
 * The content of the only part.
 *
 * @param host for errors
 * @throws AppError `pacs-answer` where there is none, another one, or one of another type than DICOM; `pacs-unreachable`
 *   where it ends too early
 */
export async function* onlyPart(
  chunks: AsyncIterable<Uint8Array>,
  boundary: string,
  host: string,
): AsyncGenerator<Uint8Array> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  // So that the first delimiter looks like the others, even where nothing comes before it.
  let held: Buffer = Buffer.from('\r\n');
  let place: 'head' | 'content' | 'end' = 'head';
  for await (const chunk of chunks) {
    if (place === 'end') continue;
    held = Buffer.concat([held, chunk]);
    if (place === 'head') {
      const content = contentAt(held, delimiter, host);
      if (content === undefined) continue;
      held = held.subarray(content);
      place = 'content';
    }
    const end = held.indexOf(delimiter);
    if (end < 0) {
      // Whatever may be the beginning of the delimiter waits.
      const sure = held.length - delimiter.length + 1;
      if (sure > 0) {
        yield held.subarray(0, sure);
        held = held.subarray(sure);
      }
      continue;
    }
    const after = held.subarray(end + delimiter.length, end + delimiter.length + 2).toString('latin1');
    if (after.length < 2) continue;
    if (after !== '--') throw badAnswer(host, 'more than one part where one instance was asked for');
    yield held.subarray(0, end);
    place = 'end';
  }
  if (place !== 'end') throw new PassingError('pacs-unreachable', host, 'the answer ended too early');
}

/** Where the part's content begins; undefined where its head is not there as a whole. */
function contentAt(held: Buffer, delimiter: Buffer, host: string): number | undefined {
  const start = held.indexOf(delimiter);
  const isLast = start >= 0 && held.toString('latin1', start + delimiter.length, start + delimiter.length + 2) === '--';
  if (isLast) throw badAnswer(host, 'an answer without parts');
  const end = start < 0 ? -1 : held.indexOf('\r\n\r\n', start + delimiter.length, 'latin1');
  if (end < 0) {
    if (held.length > MAX_HEAD_BYTES) throw badAnswer(host, 'an answer whose parts have no end of their heads');
    return undefined;
  }
  const head = held.subarray(start + delimiter.length, end).toString('latin1');
  const type = /^content-type:\s*(.*)$/im.exec(head)?.[1]?.trim().toLowerCase() ?? '';
  if (!/^application\/dicom\s*(;|$)/.test(type)) throw badAnswer(host, `a part of type "${type}" instead of DICOM`);
  return end + 4;
}

/** A DICOM file as the only part. */
export function wrapped(file: readonly Uint8Array[]): { readonly type: string; readonly bytes: Uint8Array } {
  const boundary = randomUUID();
  const head = Buffer.from(`--${boundary}\r\nContent-Type: application/dicom\r\n\r\n`, 'latin1');
  const bytes = Buffer.concat([head, ...file, Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1')]);
  return { type: `multipart/related; type="application/dicom"; boundary=${boundary}`, bytes };
}
