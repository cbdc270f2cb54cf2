/**
 * A study of simulated hearts, one a patient, whose ventricle is brighter than the muscle around it: heads of other labels
 * outline it badly, clicks do it well. For tests and pictures of learning a label that nothing proposes for.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import type { GrayImage } from '../../shared/image';
import type { Mask } from '../../shared/mask';
import { phantomFrame } from '../../shared/phantom';

/** No head of the bundled model is called so. */
export const VENTRICLE = 'Left ventricle';

/** @returns what is really there, by the name of the patient, in the order of the study list */
export function writeVentricles(
  folder: string,
  { patients, widthPx, heightPx }: { patients: number; widthPx: number; heightPx: number },
): Map<string, Mask> {
  const truth = new Map<string, Mask>();
  for (let i = 0; i < patients; i++) {
    const patient = `patient-${String(i + 1).padStart(2, '0')}`;
    const { image, mask } = phantomFrame({ label: 'lv-cavity', seed: 500 + i, widthPx, heightPx });
    const data = inverted(image);
    mkdirSync(join(folder, patient), { recursive: true });
    writeFileSync(join(folder, patient, 'apical.png'), encode({ width: widthPx, height: heightPx, data, channels: 1 }));
    truth.set(patient, mask);
  }
  return truth;
}

/** Bright where it was dark, but for the black beside the scanned sector. */
function inverted({ widthPx, heightPx, data }: GrayImage): Uint8Array {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < heightPx; y++) {
    const row = data.subarray(y * widthPx, (y + 1) * widthPx);
    const isScanned = (grey: number): boolean => grey > 0;
    for (let x = row.findIndex(isScanned); x >= 0 && x <= row.findLastIndex(isScanned); x++) {
      result[y * widthPx + x] = 255 - (row[x] ?? 0);
    }
  }
  return result;
}
