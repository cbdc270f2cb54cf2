/**
 * Simulated examinations as a clinic has them: DICOM files of stills and loops with their millimetres, one folder a
 * patient. For pictures of the program; what is really there comes along.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mask } from '../../shared/mask';
import { phantomFrame, phantomLoop, type PhantomFrame } from '../../shared/phantom';
import { dicomFile, greyLoop, type Element } from './dicom-file';

const CM_PER_PX = { Breast: 0.008, 'Apical four chamber': 0.03 } as const;
const FRAME_MS = '50';
const [TISSUE, CM] = [1, 3];
/** The second image's proposal is one that a click makes better. */
const BREAST_SEED = 1006;

/** Two images of the breast a patient. @returns what is really there, in the order of the study list */
export function writeBreastStudy(folder: string, patients: number): Mask[] {
  const truth: Mask[] = [];
  for (let patient = 1; patient <= patients; patient++) {
    for (let image = 1; image <= 2; image++) {
      const spec = {
        label: 'breast-lesion',
        seed: BREAST_SEED + 2 * patient + image,
        widthPx: 560,
        heightPx: 470,
      } as const;
      const frame = phantomFrame(spec);
      writeDicom(join(folder, name(patient), `breast-${image}.dcm`), name(patient), 'Breast', [frame]);
      truth.push(frame.mask);
    }
  }
  return truth;
}

/** One beat of a heart. @returns what is really there on each frame */
export function writeHeartStudy(folder: string, frames: number): Mask[] {
  const loop = phantomLoop({ label: 'lv-cavity', seed: 7, widthPx: 640, heightPx: 480 }, frames);
  writeDicom(join(folder, name(1), 'heart-1.dcm'), name(1), 'Apical four chamber', loop);
  return loop.map(({ mask }) => mask);
}

const name = (patient: number): string => `phantom-${String(patient).padStart(2, '0')}`;

function writeDicom(
  path: string,
  patient: string,
  series: keyof typeof CM_PER_PX,
  frames: readonly PhantomFrame[],
): void {
  const { widthPx, heightPx } = frames[0]?.image ?? { widthPx: 0, heightPx: 0 };
  const region: Element[] = [
    [0x00186012, 'US', TISSUE],
    [0x00186014, 'US', TISSUE],
    [0x00186018, 'UL', 0],
    [0x0018601a, 'UL', 0],
    [0x0018601c, 'UL', widthPx - 1],
    [0x0018601e, 'UL', heightPx - 1],
    [0x00186024, 'US', CM],
    [0x00186026, 'US', CM],
    [0x0018602c, 'FD', CM_PER_PX[series]],
    [0x0018602e, 'FD', CM_PER_PX[series]],
  ];
  const before: Element[] = [
    [0x0008103e, 'LO', series],
    [0x00100020, 'LO', patient],
    [0x00181063, 'DS', FRAME_MS],
    [0x00186011, 'SQ', [region]],
  ];
  const pixels = Buffer.concat(frames.map(({ image }) => image.data));
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, dicomFile(greyLoop({ rows: heightPx, columns: widthPx, frames: frames.length, pixels, before })));
}
