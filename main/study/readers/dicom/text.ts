/** Text of a DICOM header by its Specific Character Set (PS3.3 C.12.1.1.2). */
import type { DataSet } from 'dicom-parser';

/** Character sets as TextDecoder calls them; what is missing here is Latin 1 or ASCII. */
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

/** @returns what makes a line of text of a value's bytes, without padding and escapes */
export function textReader(dataSet: DataSet): (bytes: Uint8Array) => string {
  const sets = dataSet.string('x00080005')?.split('\\') ?? [];
  const encoding = sets.map((set) => ENCODINGS[set.trim()]).find((name) => name !== undefined) ?? 'windows-1252';
  const decoder = new TextDecoder(encoding);
  return (bytes) =>
    decoder
      .decode(bytes)
      // Where Korean and Chinese begin, says an escape that these decoders do not know.
      .replace(/\p{Cc}\$\)[AC]/gu, '')
      .replace(/\p{Cc}+/gu, ' ')
      .trim();
}

/** One line, at most 200 characters; empty where the attribute is missing or longer than text that is shown. */
export function textOf(dataSet: DataSet, tag: string): string {
  const element = dataSet.elements[tag];
  if (!element || element.length > 1_024) return '';
  const bytes = dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length);
  return textReader(dataSet)(bytes).slice(0, 200).trim();
}
