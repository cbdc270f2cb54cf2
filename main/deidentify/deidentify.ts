/**
 * One DICOM file to a de-identified one: the basic profile on its attributes, new file meta information, what was done
 * recorded in it. Pixel data are copied byte for byte, or blanked outside given rectangles if that is asked for.
 */
import { AppError } from '../../shared/errors';
import {
  elementBytes,
  forFile,
  itemBytes,
  type Part10,
  part10Head,
  PIXEL_DATA,
  readPart10,
  sequenceBytes,
  STANDARD_UID_ROOT,
  textElement,
} from '../dicom';
import { blankOutside, type Keep, type Rectangle } from './blank';
import type { Identities } from './identities';
import { applyProfile, topText, type ProfileCounts, type Written } from './profile';
import { ultrasoundRegions } from './regions';

export interface Deidentified {
  readonly chunks: readonly Uint8Array[];
  readonly sopInstance: string;
  /** Pseudonym; empty where the file names no patient. */
  readonly patient: string;
  readonly counts: ProfileCounts;
  readonly blanked: boolean;
}

const SOP_INSTANCE = 0x00080018;
const METHOD = 'PS3.15 Basic Profile 2026c by SonoMask';
/** Context group 7050 of PS3.16. */
const BASIC_PROFILE = ['113100', 'Basic Application Confidentiality Profile'] as const;
const CLEAN_PIXELS = ['113101', 'Clean Pixel Data Option'] as const;

/**
 * @param file the whole file; not changed
 * @throws AppError `format-unknown`, `format-corrupt`, `too-large`, naming `path`
 */
export function deidentify(path: string, file: Uint8Array, identities: Identities, keep: Keep): Deidentified {
  const source = readPart10(path, file);
  const oldInstance = topText(source, SOP_INSTANCE);
  if (oldInstance === '') throw new AppError('format-corrupt', path, `${path}: no SOP Instance UID (0008,0018)`);
  const rectangles = keptOf(source, keep);
  const { elements, counts, patient } = applyProfile(source, identities);
  const written = new Map(elements.map((element) => [element.tag, element]));
  const put = (tag: number, bytes: readonly Uint8Array[]) => written.set(tag, { tag, bytes });
  for (const { tag, bytes } of record(source, rectangles !== undefined)) put(tag, bytes);
  if (rectangles) {
    const vr = pixelVr(source);
    put(PIXEL_DATA, elementBytes(source.encoding, PIXEL_DATA, vr, [blankOutside(source, rectangles)]));
  }
  const sopInstance = identities.instance(oldInstance);
  const dataSet = [...written.values()].sort((a, b) => a.tag - b.tag).flatMap(({ bytes }) => bytes);
  return {
    chunks: [...headOf(source, sopInstance), ...forFile(source.transferSyntax, dataSet)],
    ...{ sopInstance, patient, counts, blanked: rectangles !== undefined },
  };
}

/** Undefined where nothing is blanked. @throws AppError `format-unknown` where nothing tells what to keep */
export function keptOf(source: Part10, keep: Keep): readonly Rectangle[] | undefined {
  if (keep === 'everything') return undefined;
  const rectangles = keep === 'regions' ? ultrasoundRegions(source) : keep;
  if (rectangles.length > 0) return rectangles;
  const { path } = source;
  const reason = 'it names no ultrasound regions that fit its picture, so the part to keep must be given';
  throw new AppError('format-unknown', path, `${path}: its burnt-in text cannot be blanked: ${reason}`);
}

function pixelVr({ bytes, elements }: Part10): string {
  const start = elements.find(({ tag }) => tag === PIXEL_DATA)?.start ?? 0;
  return bytes[start + 5] === 0x42 ? 'OB' : 'OW';
}

/** What PS3.15 E.1.1 wants to be said of a file that was de-identified. */
function record({ encoding }: Part10, blanked: boolean): Written[] {
  const text = (tag: number, vr: string, value: string) => ({ tag, bytes: textElement(encoding, tag, vr, value) });
  const code = ([value, meaning]: readonly [string, string]) =>
    itemBytes(encoding, false, [
      ...textElement(encoding, 0x00080100, 'SH', value),
      ...textElement(encoding, 0x00080102, 'SH', 'DCM'),
      ...textElement(encoding, 0x00080104, 'LO', meaning),
    ]);
  const codes = [BASIC_PROFILE, ...(blanked ? [CLEAN_PIXELS] : [])].map(code);
  return [
    text(0x00120062, 'CS', 'YES'),
    text(0x00120063, 'LO', METHOD),
    { tag: 0x00120064, bytes: sequenceBytes(encoding, 0x00120064, false, codes) },
    text(0x00280303, 'CS', 'REMOVED'),
    ...(blanked ? [text(0x00280301, 'CS', 'NO')] : []),
  ];
}

/** Nothing of the source's but what tells how to read the file. */
function headOf(source: Part10, sopInstance: string): readonly Uint8Array[] {
  const { path, transferSyntax } = source;
  const sopClass = topText(source, 0x00080016) || source.sopClass;
  for (const uid of [transferSyntax, sopClass]) {
    if (uid.startsWith(STANDARD_UID_ROOT) && /^[0-9.]+$/.test(uid)) continue;
    throw new AppError('format-unknown', path, `${path}: its SOP class or transfer syntax is not one of the standard`);
  }
  return part10Head({ transferSyntax, sopClass, sopInstance });
}
