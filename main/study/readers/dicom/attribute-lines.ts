/**
 * A DICOM header as lines for people to read: every attribute before the pixel data, nested ones under their sequence.
 * What says who the patient is is told apart by the profile that de-identification follows.
 */
import dicomParser, { type DataSet, type Element } from 'dicom-parser';
import type { AttributeLine } from '../../../../shared/domain';
import { actionOf, attributeNames, standardVr, tagText, type Tag } from '../../../dicom';
import { withFile } from '../byte-source';
import { readHeader } from './data-set';
import { textReader } from './text';

const MOST_LINES = 20_000;
const MOST_TEXT = 400;
const MOST_NUMBERS = 16;
/** Preamble, `DICM` and group 2. */
const META_BYTES = 2 ** 16;
/** Behind group 2. */
const FIRST_TAG = 0x00030000;

export interface HeaderLines {
  readonly transferSyntax: string;
  readonly lines: readonly AttributeLine[];
  /** Lines left out because they may say who the patient is. */
  readonly hidden: number;
}

/**
 * @param patientData with what may say who the patient is: all that the basic profile of de-identification touches,
 *   private attributes, and those no standard knows
 * @throws AppError as `openDicom` does
 */
export async function headerLines(path: string, patientData: boolean): Promise<HeaderLines> {
  const names = await attributeNames();
  return withFile(path, async (file) => {
    const { dataSet, transferSyntax } = await readHeader(file);
    const lister = new Lister(names, textReader(dataSet), patientData);
    lister.add(metaOf(await file.read(0, Math.min(file.size, META_BYTES))), 0);
    // The parser adds a group 2 of its own making.
    lister.add(dataSet, 0, FIRST_TAG);
    return { transferSyntax, lines: lister.lines, hidden: lister.hidden };
  });
}

/** Group 2; none where the parser does not understand it. */
function metaOf(head: Uint8Array): DataSet | undefined {
  try {
    return dicomParser.readPart10Header(head);
  } catch {
    return undefined;
  }
}

class Lister {
  readonly lines: AttributeLine[] = [];
  hidden = 0;

  constructor(
    private readonly names: ReadonlyMap<Tag, string>,
    private readonly text: (bytes: Uint8Array) => string,
    private readonly patientData: boolean,
  ) {}

  add(dataSet: DataSet | undefined, depth: number, fromTag = 0): void {
    for (const [key, element] of Object.entries(dataSet?.elements ?? {}).sort(byTag)) {
      const tag = parseInt(key.slice(1), 16);
      if (!dataSet || this.lines.length >= MOST_LINES || tag === 0xfffee00d || tag < fromTag) continue;
      if (!this.patientData && isIdentifying(tag)) this.hidden++;
      else this.#line(dataSet, element, tag, depth);
    }
  }

  #line(dataSet: DataSet, element: Element, tag: Tag, depth: number): void {
    const isPrivate = Math.floor(tag / 65_536) % 2 === 1;
    const known = element.vr === undefined || element.vr === 'UN' ? standardVr(tag) : element.vr;
    const vr = element.items ? 'SQ' : (known ?? 'UN');
    const items = vr === 'SQ' ? (element.items ?? []) : null;
    this.lines.push({
      depth,
      tag: tagText(tag),
      name: this.#name(tag),
      isPrivate,
      vr,
      items: items?.length ?? null,
      ...(items ? { value: null, bytes: 0 } : this.#value(dataSet, element, vr)),
    });
    for (const item of items ?? []) this.add(item.dataSet, depth + 1);
  }

  /** Overlays and curves repeat in groups of their own: 6000, 6002, ... */
  #name(tag: Tag): string | null {
    const group = Math.floor(tag / 2 ** 24);
    const first = group === 0x60 || group === 0x50 ? group * 2 ** 24 + (tag % 65_536) : tag;
    return this.names.get(tag) ?? this.names.get(first) ?? null;
  }

  #value(dataSet: DataSet, { tag, dataOffset, length }: Element, vr: string): Pick<AttributeLine, 'value' | 'bytes'> {
    const number = NUMBERS[vr];
    if (number) {
      const count = Math.floor(length / number.bytes);
      const values = Array.from({ length: Math.min(count, MOST_NUMBERS) }, (_, i) => number.read(dataSet, tag, i));
      return { value: values.join(' \\ ') + (count > MOST_NUMBERS ? ' …' : ''), bytes: length };
    }
    if (!TEXTS.has(vr)) return { value: null, bytes: length };
    const text = this.text(dataSet.byteArray.subarray(dataOffset, dataOffset + Math.min(length, 4 * MOST_TEXT)));
    const isCut = text.length > MOST_TEXT || length > 4 * MOST_TEXT;
    return { value: isCut ? `${text.slice(0, MOST_TEXT)}…` : text, bytes: length };
  }
}

function isIdentifying(tag: Tag): boolean {
  const group = Math.floor(tag / 65_536);
  const isCurve = group >>> 8 === 0x50;
  const isOverlayText = group >>> 8 === 0x60 && tag % 65_536 === 0x4000;
  const isUnknown = group !== 2 && standardVr(tag) === undefined && group >>> 8 !== 0x60;
  return actionOf(tag) !== undefined || group % 2 === 1 || isCurve || isOverlayText || isUnknown;
}

const TEXTS = new Set('AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT'.split(' '));

interface Numbers {
  readonly bytes: number;
  read(dataSet: DataSet, tag: string, index: number): string;
}

const NUMBERS: Readonly<Record<string, Numbers>> = {
  US: { bytes: 2, read: (from, tag, i) => String(from.uint16(tag, i)) },
  SS: { bytes: 2, read: (from, tag, i) => String(from.int16(tag, i)) },
  UL: { bytes: 4, read: (from, tag, i) => String(from.uint32(tag, i)) },
  SL: { bytes: 4, read: (from, tag, i) => String(from.int32(tag, i)) },
  FL: { bytes: 4, read: (from, tag, i) => String(from.float(tag, i)) },
  FD: { bytes: 8, read: (from, tag, i) => String(from.double(tag, i)) },
  AT: {
    bytes: 4,
    read: (from, tag, i) => tagText((from.uint16(tag, 2 * i) ?? 0) * 65_536 + (from.uint16(tag, 2 * i + 1) ?? 0)),
  },
};

function byTag([a]: [string, Element], [b]: [string, Element]): number {
  return a < b ? -1 : 1;
}
