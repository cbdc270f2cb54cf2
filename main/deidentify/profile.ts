/**
 * The basic profile (PS3.15 E.2) applied to a data set: every element is copied byte for byte, replaced, emptied or left
 * out. Where the profile leaves a choice the data set stays as valid as it was: a dummy before an empty value; a sequence
 * is left out or emptied, for a dummy of one would say things about a patient.
 */
import {
  type Action,
  actionOf,
  type Element,
  elementBytes,
  type Item,
  itemBytes,
  type Part10,
  sequenceBytes,
  STANDARD_UID_ROOT,
  standardVr,
  type Tag,
  textElement,
} from '../dicom';
import { echoes, identityWords } from './echoes';
import type { Identities } from './identities';
import { TEXT_VRS, dummyOf, isPlausible, text, trimmedAtNul } from './values';

const PATIENT_NAME = 0x00100010;
const PATIENT_ID = 0x00100020;
/** SOP Instance UID and Referenced SOP Instance UID. */
const INSTANCES: readonly Tag[] = [0x00080018, 0x00081155];
/** Groups 5000 to 50FF and 6000 to 60FF: curves and overlays, which may be drawn text. */
const CURVES = 0x50;
const OVERLAYS = 0x60;

/** One element of the new data set. */
export interface Written {
  readonly tag: Tag;
  readonly bytes: readonly Uint8Array[];
}

export interface ProfileCounts {
  /** Attributes replaced, emptied or left out, those within sequences too. */
  replaced: number;
  emptied: number;
  removed: number;
  /** Of these: attributes that the profile keeps, emptied because they repeat a name or number of the patient. */
  echoes: number;
}

export interface Profiled {
  readonly elements: readonly Written[];
  readonly counts: ProfileCounts;
  /** Pseudonym of the patient; empty where the file names none. */
  readonly patient: string;
}

export function applyProfile(source: Part10, identities: Identities): Profiled {
  const counts: ProfileCounts = { replaced: 0, emptied: 0, removed: 0, echoes: 0 };
  const old = [PATIENT_ID, PATIENT_NAME].map((tag) => topText(source, tag)).find((value) => value !== '');
  const patient = old === undefined ? '' : identities.patient(old);
  const editor = new Editor(source, identities, patient, identityWords(source), counts);
  return { elements: editor.edit(source.elements).written, counts, patient };
}

/** The value of a top-level attribute as text; empty where it is missing. */
export function topText(source: Part10, tag: Tag): string {
  const element = source.elements.find((candidate) => candidate.tag === tag);
  return element ? text(source.bytes, element) : '';
}

class Editor {
  constructor(
    private readonly source: Part10,
    private readonly identities: Identities,
    private readonly patient: string,
    private readonly words: ReadonlySet<string>,
    private readonly counts: ProfileCounts,
  ) {}

  edit(elements: readonly Element[]): { written: Written[]; changed: boolean } {
    const written: Written[] = [];
    let changed = false;
    for (const element of elements) {
      const copy = this.source.bytes.subarray(element.start, element.end);
      const bytes = this.#element(element, copy);
      changed ||= bytes.length !== 1 || bytes[0] !== copy;
      if (bytes.length > 0) written.push({ tag: element.tag, bytes });
    }
    return { written, changed };
  }

  /** `[copy]` itself where the element stays. */
  #element(element: Element, copy: Uint8Array): readonly Uint8Array[] {
    const { tag, vr, items } = element;
    if (isAlwaysRemoved(tag) || (vr === 'SQ' && !items)) return this.#remove();
    const action = actionOf(tag);
    if (items) return this.#sequence(element, items, action, copy);
    if (action === 'X') return this.#remove();
    if (vr === 'UI' && (action === 'U' || action === 'X/Z/U*')) return this.#uids(element, copy);
    if (tag === PATIENT_NAME || tag === PATIENT_ID) return this.#replace(element, this.patient);
    if (action === 'Z' || action === 'X/Z') return this.#empty(element);
    // A name is a name wherever it stands.
    if (action !== undefined || vr === 'PN') return this.#dummy(element);
    return this.#keep(element, copy);
  }

  #sequence(element: Element, items: readonly Item[], action: Action | undefined, copy: Uint8Array) {
    const { encoding } = this.source;
    const { tag, undefinedLength } = element;
    if (action === 'X' || action === 'X/D') return this.#remove();
    if (action !== undefined && action !== 'X/Z/U*' && action !== 'U') {
      this.counts.emptied++;
      return sequenceBytes(encoding, tag, undefinedLength, []);
    }
    const edited = items.map((item) => ({ item, ...this.edit(item.elements) }));
    if (!edited.some(({ changed }) => changed)) return [copy];
    const written = edited.map(({ item, written: content }) =>
      itemBytes(
        encoding,
        item.undefinedLength,
        content.flatMap(({ bytes }) => bytes),
      ),
    );
    return sequenceBytes(encoding, tag, undefinedLength, written);
  }

  /** UIDs of the standard itself say nothing of a patient. */
  #uids(element: Element, copy: Uint8Array): readonly Uint8Array[] {
    const old = text(this.source.bytes, element);
    if (old === '' && element.valueEnd === element.valueStart) return [copy];
    const isInstance = INSTANCES.includes(element.tag);
    const uids = old.split('\\').map((uid) => {
      const plain = uid.trim();
      if (plain.startsWith(STANDARD_UID_ROOT) && isPlausible('UI', plain)) return plain;
      return isInstance ? this.identities.instance(plain) : this.identities.uid(plain);
    });
    return this.#replace(element, uids.join('\\'));
  }

  #dummy(element: Element): readonly Uint8Array[] {
    const isEmpty = element.valueEnd === element.valueStart;
    const dummy = dummyOf(element.vr, this.identities, text(this.source.bytes, element));
    return isEmpty || dummy === '' ? this.#empty(element) : this.#replace(element, dummy);
  }

  #keep(element: Element, copy: Uint8Array): readonly Uint8Array[] {
    const { tag, vr } = element;
    // Text where a number should be, or bytes where text should be, is not what the profile keeps.
    if (TEXT_VRS.has(vr) !== TEXT_VRS.has(standardVr(tag) ?? '')) return this.#remove();
    if (!TEXT_VRS.has(vr)) return [copy];
    const value = text(this.source.bytes, element);
    const isEcho = echoes(element, value, this.words);
    if (isEcho) this.counts.echoes++;
    if (isEcho || !isPlausible(vr, value)) return this.#empty(element);
    const trimmed = trimmedAtNul(this.source.bytes, element);
    return trimmed === undefined ? [copy] : this.#replace(element, trimmed);
  }

  #replace({ tag, vr }: Element, value: string): readonly Uint8Array[] {
    this.counts.replaced++;
    return textElement(this.source.encoding, tag, vr, value);
  }

  #empty({ tag, vr }: Element): readonly Uint8Array[] {
    this.counts.emptied++;
    return elementBytes(this.source.encoding, tag, vr, []);
  }

  #remove(): readonly Uint8Array[] {
    this.counts.removed++;
    return [];
  }
}

/** Private, unknown to the standard, an overlay or a curve, padding, or a length that would no longer be right. */
function isAlwaysRemoved(tag: Tag): boolean {
  const [group, repeating] = [tag >>> 16, tag >>> 24];
  if (group % 2 === 1 || group < 8 || repeating === CURVES || repeating === OVERLAYS) return true;
  return (tag & 0xffff) === 0 || group >= 0xfffa || standardVr(tag) === undefined;
}
