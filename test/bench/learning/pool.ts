/** The images of a data set that a simulated clinician works through, and those that judge what came of it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLabelledFolder, readPair } from '../../../main/cli/tasks/labelled-folder';
import { frameHash } from '../../../main/study';
import type { GrayImage } from '../../../shared/image';
import type { Mask } from '../../../shared/mask';

export interface PoolFrame {
  /** Its place in its list. */
  readonly frameId: number;
  readonly path: string;
  readonly frameSha256: string;
  readonly patient: string;
  readonly truth: Mask;
  readonly image: GrayImage;
}

export type DataSet = 'ddti' | 'muscle_apo';

const DATA = join(import.meta.dirname, '../../../../shared/data');

/** Frames of a split in file order. @throws AppError where ../shared/data is not there */
export async function readPool(set: DataSet, split: 'train' | 'val'): Promise<PoolFrame[]> {
  const patients = new Map<string, string>();
  for (const line of readFileSync(join(DATA, 'pairs.csv'), 'utf8').split('\n').slice(1)) {
    const [dataset, name, part, group] = line.split(',');
    if (dataset === set && part === split && name && group) patients.set(name, group);
  }
  const { files } = await openLabelledFolder(join(DATA, set));
  const frames: PoolFrame[] = [];
  for (const file of files) {
    const patient = patients.get(file.name);
    if (patient === undefined) continue;
    const { image, mask: truth } = await readPair(file);
    const frameSha256 = frameHash(image);
    frames.push({ frameId: frames.length + 1, path: file.imagePath, frameSha256, patient, truth, image });
  }
  return frames;
}
