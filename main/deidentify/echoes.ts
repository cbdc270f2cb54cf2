/** Attributes that the profile keeps may repeat a name or number that it removes elsewhere, such as "scan of Mrs Doe". */
import { type Element, type Part10, PIXEL_DATA, type Tag } from '../dicom';
import { text } from './values';

/** Shorter ones are found in words that have nothing to do with them. */
const SHORTEST = 4;
const ACCESSION_NUMBER = 0x00080050;
const PATIENT_GROUP = 0x0010;
/** Coding Scheme Designator and Code Value: a code without them means nothing. */
const CODES: ReadonlySet<Tag> = new Set([0x00080100, 0x00080102]);
const FREE_TEXT: ReadonlySet<string> = new Set('LO LT SH ST UC UR UT'.split(' '));
const BETWEEN_WORDS = /[\s^=\\,;:/()"']+/;

/** Upper case: all people's names, and the patient's and examination's numbers. */
export function identityWords(source: Part10): ReadonlySet<string> {
  const words = new Set<string>();
  const collect = (elements: readonly Element[]): void => {
    for (const element of elements) {
      for (const { elements: inner } of element.items ?? []) collect(inner);
      if (element.items || !identifies(element.tag, element.vr)) continue;
      for (const word of wordsOf(text(source.bytes, element))) if (word.length >= SHORTEST) words.add(word);
    }
  };
  collect(source.elements.filter(({ tag }) => tag < PIXEL_DATA));
  return words;
}

/** Whether an attribute that is kept repeats one of them. */
export function echoes({ tag, vr }: Element, value: string, words: ReadonlySet<string>): boolean {
  return words.size > 0 && FREE_TEXT.has(vr) && !CODES.has(tag) && wordsOf(value).some((word) => words.has(word));
}

function identifies(tag: Tag, vr: string): boolean {
  if (vr === 'PN' || tag === ACCESSION_NUMBER) return true;
  return tag >>> 16 === PATIENT_GROUP && (vr === 'LO' || vr === 'SH');
}

function wordsOf(value: string): string[] {
  return value.toUpperCase().split(BETWEEN_WORDS);
}
