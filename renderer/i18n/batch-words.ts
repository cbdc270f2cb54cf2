/** Times, paces and counts of a batch as they are shown, in the language shown now. */
import type { Batch } from '../../shared/domain';
import type { BatchEstimate } from '../../shared/ipc';
import { i18n } from './index';

/** `1 h 40 min` */
export function durationText(seconds: number): string {
  const { t, n } = i18n.global;
  if (seconds < 90) return t('batch.time.seconds', { n: n(Math.max(1, Math.round(seconds))) });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('batch.time.minutes', { n: n(minutes) });
  return t('batch.time.hours', { h: n(Math.floor(minutes / 60)), m: n(minutes % 60) });
}

/** `3.1` */
export function rateText(rate: number): string {
  return i18n.global.n(rate, { maximumSignificantDigits: 2 });
}

/** `20,000 frames, about 1 h 45 min at 3.1 frames/s` */
export function estimateText({ frames: count, rate }: BatchEstimate): string {
  const { t, n } = i18n.global;
  const frames = t('batch.frames', { n: n(count) }, count);
  if (count === 0 || rate === null) return frames;
  return t('batch.estimate', { frames, time: durationText(count / rate), rate: rateText(rate) });
}

/** Frames that are done with, whatever came of them, and all. */
export function endedOf({ counts }: Batch): { readonly ended: number; readonly all: number; readonly failed: number } {
  const failed = counts.failed + counts['set-aside'];
  const ended = counts.done + failed;
  return { ended, failed, all: ended + counts.waiting };
}

/** `Batch: 120 of 20,000` */
export function rowText(batch: Batch, working: boolean): string {
  const { t, n } = i18n.global;
  const { ended, all } = endedOf(batch);
  const how = working ? 'working' : batch.state === 'paused' ? 'paused' : 'unfinished';
  return t(`batch.row.${how}`, { done: n(ended), all: n(all) });
}
