/** Answers in the DICOM JSON model (PS3.18 F), validated: what of them is text, a number, a UID or a sequence. */
import { z } from 'zod';
import type { Answer } from './connection';
import { badAnswer } from './failures';

/** Elements by their tag, eight hexadecimal digits. */
const dataSet = z.record(z.string().max(16), z.looseObject({ Value: z.array(z.unknown()).optional() }));
export type JsonDataSet = z.infer<typeof dataSet>;

export const JSON_TYPE = 'application/dicom+json';
const MAX_JSON_BYTES = 2 ** 25;
/** What answers to storing are, in one piece or as a list. */
const oneOrMany = z.union([z.array(dataSet), dataSet.transform((only) => [only])]);

/** @throws AppError `pacs-answer` for anything but DICOM JSON, and as `Answer.chunks` does */
export async function jsonOf({ status, contentType, chunks }: Answer, host: string): Promise<JsonDataSet[]> {
  const parts: Uint8Array[] = [];
  // Of what is missing the answer may be a page for humans, to be read to its end all the same.
  for await (const chunk of chunks(MAX_JSON_BYTES)) parts.push(chunk);
  if (status === 204 || status === 404 || parts.length === 0) return [];
  if (!/^application\/(dicom\+)?json\s*(;|$)/i.test(contentType)) {
    throw badAnswer(host, `"${contentType}" instead of JSON: is this the address of the DICOMweb service?`);
  }
  let content: unknown;
  try {
    content = JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw badAnswer(host, 'damaged JSON');
  }
  const parsed = oneOrMany.safeParse(content);
  if (!parsed.success) throw badAnswer(host, 'JSON that is not in the DICOM model');
  return parsed.data;
}

/** Values as text; of a person's name what is alphabetic, else ideographic. */
export function textsOf(from: JsonDataSet, tag: string): string[] {
  return (from[tag]?.Value ?? []).flatMap((value) => {
    if (typeof value === 'string' || typeof value === 'number') return [String(value)];
    const name = personName.safeParse(value).data;
    return name?.Alphabetic ?? name?.Ideographic ?? [];
  });
}

const personName = z.looseObject({ Alphabetic: z.string().optional(), Ideographic: z.string().optional() });

/** The first value, of at most 200 characters; empty where there is none. */
export function jsonText(from: JsonDataSet, tag: string): string {
  return (textsOf(from, tag)[0] ?? '').slice(0, 200);
}

/** A whole number from 0 on, or null. */
export function countOf(from: JsonDataSet, tag: string): number | null {
  return z.coerce.number().int().min(0).safeParse(textsOf(from, tag)[0]).data ?? null;
}

export function sequenceOf(from: JsonDataSet, tag: string): JsonDataSet[] {
  return z.array(dataSet).safeParse(from[tag]?.Value ?? []).data ?? [];
}

/** @throws AppError `pacs-answer` where it is none: it becomes the name of a file */
export function uidIn(from: JsonDataSet, tag: string, host: string): string {
  const uid = jsonText(from, tag);
  if (!isUid(uid)) throw badAnswer(host, `an answer without a UID in (${tag.slice(0, 4)},${tag.slice(4)})`);
  return uid;
}

/** Digits and points, at most 64 (PS3.5 9.1); leading zeros are met and do no harm. */
export function isUid(text: string): boolean {
  return text.length <= 64 && /^\d+(\.\d+)*$/.test(text);
}
