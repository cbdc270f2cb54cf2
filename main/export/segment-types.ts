/**
 * What a label means to other programs: a coded category and type of DICOM segments (PS3.16 CID 7150, 7151, SNOMED CT), by
 * the label's English name. Only whole names that are known: any other is tissue, which is never wrong.
 */

/** Value and meaning, of SNOMED CT. */
export type Concept = readonly [value: string, meaning: string];

export interface SegmentType {
  readonly category: Concept;
  readonly type: Concept;
  /** Where a lesion is. */
  readonly region?: Concept;
}

const TISSUE: Concept = ['85756007', 'Tissue'];
const ANATOMICAL: Concept = ['91723000', 'Anatomical Structure'];
const ABNORMAL: Concept = ['49755003', 'Morphologically Abnormal Structure'];

const LESIONS: Readonly<Record<string, Concept>> = {
  lesion: ['52988006', 'Lesion'],
  nodule: ['27925004', 'Nodule'],
  mass: ['4147007', 'Mass'],
  cyst: ['367643001', 'Cyst'],
  tumor: ['108369006', 'Neoplasm'],
  tumour: ['108369006', 'Neoplasm'],
};

const HEAD: Concept = ['69536005', 'Head'];
const LEFT_VENTRICLE: Concept = ['87878005', 'Left ventricle'];
const LEFT_ATRIUM: Concept = ['82471001', 'Left atrium'];
const STRUCTURES: Readonly<Record<string, Concept>> = {
  breast: ['76752008', 'Breast'],
  thyroid: ['69748006', 'Thyroid'],
  ...{ head: HEAD, 'fetal head': HEAD, 'foetal head': HEAD },
  ...{ 'left ventricle': LEFT_VENTRICLE, 'lv cavity': LEFT_VENTRICLE, lv: LEFT_VENTRICLE },
  ...{ 'left atrium': LEFT_ATRIUM, la: LEFT_ATRIUM },
  heart: ['80891009', 'Heart'],
  liver: ['10200004', 'Liver'],
  kidney: ['64033007', 'Kidney'],
  spleen: ['78961009', 'Spleen'],
  pancreas: ['15776009', 'Pancreas'],
  prostate: ['41216001', 'Prostate'],
  uterus: ['35039007', 'Uterus'],
  ovary: ['15497006', 'Ovary'],
  bladder: ['89837001', 'Bladder'],
  gallbladder: ['28231008', 'Gallbladder'],
};

/** @param label as it is called in the project; case, `-` and `_` do not matter */
export function segmentTypeOf(label: string): SegmentType {
  const name = label
    .toLowerCase()
    .replaceAll(/[-_\s]+/g, ' ')
    .trim();
  const structure = of(STRUCTURES, name);
  if (structure) return { category: ANATOMICAL, type: structure };
  const [, where = '', kind = ''] = /^(?:(.*) )?(\w+)$/.exec(name) ?? [];
  const lesion = of(LESIONS, kind);
  const region = of(STRUCTURES, where);
  if (!lesion || (where !== '' && !region)) return { category: TISSUE, type: TISSUE };
  return { category: ABNORMAL, type: lesion, ...(region && { region }) };
}

function of(table: Readonly<Record<string, Concept>>, name: string): Concept | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
