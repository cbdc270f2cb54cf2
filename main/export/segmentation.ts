/**
 * DICOM Segmentation (PS3.3 A.51): binary, multi-frame, each frame a segment on one frame of the source image. For
 * ultrasound, which has no frame of reference: frames are ordered by segment and by their place in the loop, and lie on
 * the source's pixels because it says so (Spatial Locations Preserved).
 */
import type { DataSet as Header } from 'dicom-parser';
import type { MaskRle } from '../../shared/domain';
import { AppError } from '../../shared/errors';
import { maskFromCocoRle } from '../../shared/mask';
import { dataSetBytes, newUid, part10Head, type DataSet } from '../dicom';
import { textOf } from '../study';
import { rgb } from './indexed-png';
import { segmentTypeOf, type Concept } from './segment-types';

export interface Segment {
  readonly label: string;
  readonly description: string;
  /** `#rrggbb` */
  readonly colour: string;
  readonly algorithm: 'MANUAL' | 'SEMIAUTOMATIC' | 'AUTOMATIC';
}

export interface SegmentFrame {
  /** From 1. */
  readonly segment: number;
  /** 0-based, of the source. */
  readonly frameIndex: number;
  readonly rle: MaskRle;
}

export interface Segmentation {
  readonly widthPx: number;
  readonly heightPx: number;
  readonly segments: readonly Segment[];
  readonly frames: readonly SegmentFrame[];
}

/** The image that was segmented. */
export interface SegmentedImage {
  readonly header: Header;
  readonly frameCount: number;
}

/** What the segmentation itself is called. */
export interface SegmentationNames {
  /** UID of its series. */
  readonly series: string;
  readonly sopInstance: string;
  /** ISO 8601. */
  readonly madeAt: string;
}

const SEGMENTATION_STORAGE = '1.2.840.10008.5.1.4.1.1.66.4';
const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** What is said of patient and study: as in the source, so that an archive files both together. */
const PATIENT_AND_STUDY: readonly (readonly [tag: string, vr: string])[] = [
  ...([
    ['x00080020', 'DA'],
    ['x00080030', 'TM'],
    ['x00080050', 'SH'],
    ['x00080090', 'PN'],
  ] as const),
  ...([
    ['x00100010', 'PN'],
    ['x00100020', 'LO'],
    ['x00100030', 'DA'],
    ['x00100040', 'CS'],
  ] as const),
  ...([
    ['x0020000d', 'UI'],
    ['x00200010', 'SH'],
  ] as const),
];
/** What need not be there. */
const IF_KNOWN: readonly (readonly [tag: string, vr: string])[] = [
  ...([
    ['x00081030', 'LO'],
    ['x00100021', 'LO'],
    ['x00120062', 'CS'],
    ['x00120063', 'LO'],
  ] as const),
];

interface Source {
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly series: string;
}

/** What a segmentation refers to; undefined where the file does not name itself, its series and its study. */
export function referenceOf(header: Header): Source | undefined {
  const [sopClass, sopInstance, series, study] = ['x00080016', 'x00080018', 'x0020000e', 'x0020000d'].map((tag) =>
    header.string(tag),
  );
  return sopClass && sopInstance && series && study ? { sopClass, sopInstance, series } : undefined;
}

/** @returns the file in pieces. @throws AppError `internal` where the source cannot be referred to */
export function encodeSegmentation(
  { widthPx, heightPx, segments, frames }: Segmentation,
  { header, frameCount }: SegmentedImage,
  names: SegmentationNames,
): readonly Uint8Array[] {
  const source = referenceOf(header);
  if (!source) throw new AppError('internal', 'segmentation', 'the source does not name itself');
  const known = IF_KNOWN.filter(([tag]) => header.elements[tag]);
  const dataSet = dataSetBytes([
    ...[...PATIENT_AND_STUDY, ...known].map(([tag, vr]) => [tagOf(tag), vr, textOf(header, tag)] as const),
    ...about(names),
    [
      0x00081115,
      'SQ',
      [
        [
          [0x0020000e, 'UI', source.series],
          [0x0008114a, 'SQ', [instanceOf(source)]],
        ],
      ],
    ],
    ...dimensions(newUid()),
    [0x00280002, 'US', [1]],
    [0x00280004, 'CS', 'MONOCHROME2'],
    [0x00280008, 'IS', String(frames.length)],
    [0x00280010, 'US', [heightPx]],
    [0x00280011, 'US', [widthPx]],
    [0x00280100, 'US', [1]],
    [0x00280101, 'US', [1]],
    [0x00280102, 'US', [0]],
    [0x00280103, 'US', [0]],
    [0x00282110, 'CS', '00'],
    [0x00620001, 'CS', 'BINARY'],
    [0x00620002, 'SQ', segments.map(segmentOf)],
    [0x52009229, 'SQ', [[]]],
    [0x52009230, 'SQ', frames.map((frame) => groupsOf(frame, source, frameCount))],
    [0x7fe00010, 'OB', packed(frames, widthPx * heightPx)],
  ]);
  const { sopInstance } = names;
  const head = part10Head({ transferSyntax: EXPLICIT_LITTLE_ENDIAN, sopClass: SEGMENTATION_STORAGE, sopInstance });
  return [...head, ...dataSet];
}

/** The lowest bit comes first, and frames follow each other without a gap (PS3.5 8.1.1). */
function packed(frames: readonly SegmentFrame[], pixels: number): Uint8Array {
  const bits = new Uint8Array(Math.ceil((pixels * frames.length) / 8));
  let at = 0;
  for (const { rle } of frames) {
    const { data } = maskFromCocoRle({ size: [rle.heightPx, rle.widthPx], counts: rle.counts });
    for (const set of data) {
      if (set !== 0) bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
      at++;
    }
  }
  return bits;
}

function about({ sopInstance, series, madeAt }: SegmentationNames): DataSet {
  return [
    [0x00080005, 'CS', 'ISO_IR 192'],
    [0x00080008, 'CS', 'DERIVED\\PRIMARY'],
    [0x00080016, 'UI', SEGMENTATION_STORAGE],
    [0x00080018, 'UI', sopInstance],
    [0x00080023, 'DA', madeAt.slice(0, 10).replaceAll('-', '')],
    [0x00080033, 'TM', madeAt.slice(11, 19).replaceAll(':', '')],
    [0x00080060, 'CS', 'SEG'],
    [0x00080070, 'LO', 'SonoMask'],
    [0x0008103e, 'LO', 'Masks'],
    [0x00081090, 'LO', 'SonoMask'],
    [0x00181000, 'LO', '1'],
    [0x00181020, 'LO', '1'],
    [0x0020000e, 'UI', series],
    [0x00200011, 'IS', '1'],
    [0x00200013, 'IS', '1'],
    [0x00200020, 'CS', ''],
    [0x00700080, 'CS', 'MASKS'],
    [0x00700081, 'LO', ''],
    [0x00700084, 'PN', ''],
  ];
}

/** By segment, then by the place in the loop. */
function dimensions(organization: string): DataSet {
  const index = (pointer: number, group: number): DataSet => [
    [0x00209164, 'UI', organization],
    [0x00209165, 'AT', [pointer]],
    [0x00209167, 'AT', [group]],
  ];
  return [
    [0x00209221, 'SQ', [[[0x00209164, 'UI', organization]]]],
    [0x00209222, 'SQ', [index(0x0062000b, 0x0062000a), index(0x00209057, 0x00209111)]],
  ];
}

function instanceOf({ sopClass, sopInstance }: Source): DataSet {
  return [
    [0x00081150, 'UI', sopClass],
    [0x00081155, 'UI', sopInstance],
  ];
}

/** Functional groups of a frame: which segment, which source frame, and where in the order. */
function groupsOf({ segment, frameIndex }: SegmentFrame, source: Source, frameCount: number): DataSet {
  const place = frameIndex + 1;
  const image: DataSet = [
    ...instanceOf(source),
    // Of an image of one frame, a frame number is an error.
    ...(frameCount > 1 ? ([[0x00081160, 'IS', String(place)]] as const) : []),
    [0x0028135a, 'CS', 'YES'],
    [0x0040a170, 'SQ', [code('121322', 'DCM', 'Source image for image processing operation')]],
  ];
  return [
    [
      0x00089124,
      'SQ',
      [
        [
          [0x00082112, 'SQ', [image]],
          [0x00089215, 'SQ', [code('113076', 'DCM', 'Segmentation')]],
        ],
      ],
    ],
    [
      0x00209111,
      'SQ',
      [
        [
          [0x00209056, 'SH', '1'],
          [0x00209057, 'UL', [place]],
          [0x00209157, 'UL', [segment, place]],
        ],
      ],
    ],
    [0x0062000a, 'SQ', [[[0x0062000b, 'US', [segment]]]]],
  ];
}

function segmentOf({ label, description, colour, algorithm }: Segment, i: number): DataSet {
  const { category, type, region } = segmentTypeOf(label);
  const coded = ([value, meaning]: Concept): DataSet => code(value, 'SCT', meaning);
  return [
    ...(region ? ([[0x00082218, 'SQ', [coded(region)]]] as const) : []),
    [0x00620003, 'SQ', [coded(category)]],
    [0x00620004, 'US', [i + 1]],
    [0x00620005, 'LO', label.slice(0, 64)],
    [0x00620006, 'ST', description],
    [0x00620008, 'CS', algorithm],
    ...(algorithm === 'MANUAL' ? [] : ([[0x00620009, 'LO', 'AutoSAMUS']] as const)),
    [0x0062000d, 'US', cieLab(colour)],
    [0x0062000f, 'SQ', [coded(type)]],
  ];
}

function code(value: string, scheme: string, meaning: string): DataSet {
  return [
    [0x00080100, 'SH', value],
    [0x00080102, 'SH', scheme],
    [0x00080104, 'LO', meaning],
  ];
}

/** From sRGB to CIELab by D50, as numbers of 16 bits (PS3.3 C.10.7.1.1). */
function cieLab(colour: string): number[] {
  const [r, g, b] = rgb(colour).map((level) => {
    const share = level / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  const part = (value: number): number =>
    value > 216 / 24_389 ? Math.cbrt(value) : ((24_389 / 27) * value + 16) / 116;
  const x = part((0.4360747 * r + 0.3850649 * g + 0.1430804 * b) / 0.9642);
  const y = part(0.2225045 * r + 0.7168786 * g + 0.0606169 * b);
  const z = part((0.0139322 * r + 0.0971045 * g + 0.7141733 * b) / 0.8249);
  const lab = [(116 * y - 16) / 100, (500 * (x - y) + 128) / 255, (200 * (y - z) + 128) / 255];
  return lab.map((value) => Math.round(65_535 * Math.min(1, Math.max(0, value))));
}

function tagOf(tag: string): number {
  return Number.parseInt(tag.slice(1), 16);
}
