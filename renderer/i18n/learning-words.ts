/** Scores, verdicts and times of learning as a clinician reads them, in the language shown now. */
import type { Round, RoundReport } from '../../shared/domain';
import { i18n } from './index';
import { labelText } from './label-names';

/** `0.72`; a dash for what could not be measured. */
export function scoreText(value: number | null, digits = 2): string {
  if (value === null) return '–';
  return i18n.global.n(value, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** `0.61 → 0.72`, which no line breaks apart. */
export function changeText(before: number | null, after: number | null, digits = 2): string {
  return `${scoreText(before, digits)}\u00a0→\u00a0${scoreText(after, digits)}`;
}

/** `+0.11` */
export function signedText(value: number): string {
  return i18n.global.n(value, { minimumFractionDigits: 2, maximumFractionDigits: 2, signDisplay: 'exceptZero' });
}

/** `12 patients` */
export function groupsText({ groupedBy }: RoundReport, count: number): string {
  return i18n.global.t(`learning.groups.${groupedBy}`, { n: count }, count);
}

/** `on 12 patients it was not trained on` */
export function judgedText(report: RoundReport): string {
  const groups = groupsText(report, report.groups.validation);
  return i18n.global.t(`learning.judged.${report.judging}`, { groups });
}

/** What the gate found, as a sentence. */
export function verdictText(report: RoundReport): string {
  const verdict = report.verdict === 'not-better' && report.gain.high < 0 ? 'worse' : report.verdict;
  return i18n.global.t(`learning.verdict.${verdict}`, { judged: judgedText(report) });
}

/** `Dice 0.61 → 0.72 on 12 patients it was not trained on` */
export function diceText(report: RoundReport): string {
  const { t } = i18n.global;
  const change = changeText(report.before.dice, report.after.dice);
  return t('learning.judgedDice', { change, judged: judgedText(report) });
}

/** What a round began from: a version, another label's head, or nothing. */
export function startText({ startedFrom }: RoundReport): string {
  return startedFrom === 'neutral' ? i18n.global.t('learning.neutral') : labelText(startedFrom);
}

/** `about 40 s left`; empty where nobody knows. */
export function timeLeftText(seconds: number | null): string {
  const { t, n } = i18n.global;
  if (seconds === null) return '';
  if (seconds < 90) return t('learning.round.seconds', { n: n(Math.max(5, Math.ceil(seconds / 5) * 5)) });
  return t('learning.round.minutes', { n: n(Math.ceil(seconds / 60)) });
}

/** A day and a time of it, short. */
export function momentText(isoTime: string): string {
  const format = new Intl.DateTimeFormat(i18n.global.locale.value, { dateStyle: 'medium', timeStyle: 'short' });
  return format.format(new Date(isoTime));
}

interface News {
  readonly kind: 'news' | 'warning';
  readonly title: string;
  readonly advice: string;
}

/** What is said when a round has ended by itself. */
export function roundNews(
  { report }: Round,
  { label, version, activated }: { label: string; version: string; activated: boolean },
): News {
  const { t } = i18n.global;
  if (!report) {
    return { kind: 'warning', title: t('learning.ended.failed', { label }), advice: t('learning.ended.failedAdvice') };
  }
  if (activated) {
    const advice = report.verdict === 'first' ? verdictText(report) : diceText(report);
    return { kind: 'news', title: t('learning.ended.better', { label, version }), advice };
  }
  const advice = `${verdictText(report)} ${t('learning.dice', { change: changeText(report.before.dice, report.after.dice) })}`;
  return { kind: 'warning', title: t('learning.ended.kept', { label, version }), advice };
}
