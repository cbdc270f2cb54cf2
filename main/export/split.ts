/**
 * Which set a frame goes to: decided by its patient's name alone, so that a patient is in the same set in every export, of
 * whatever project, and new patients move nobody. With few patients the shares are met roughly.
 */
import { createHash } from 'node:crypto';
import { EXPORT_SETS, type ExportSet, type SplitRatios } from '../../shared/ipc';

/** @param patient whatever tells patients apart */
export function setOf(patient: string, ratios: SplitRatios): ExportSet {
  const place = createHash('sha256').update(patient.normalize('NFC')).digest().readUIntBE(0, 6) / 2 ** 48;
  const total = ratios.train + ratios.val + ratios.test;
  let end = 0;
  for (const set of EXPORT_SETS) {
    end += ratios[set] / total;
    if (place < end) return set;
  }
  return ratios.test > 0 ? 'test' : ratios.val > 0 ? 'val' : 'train';
}
