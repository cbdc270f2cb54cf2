// @vitest-environment happy-dom
/** Charts as data: what is drawn of a project's figures, and the files that spreadsheets get. */
import { describe, expect, it } from 'vitest';
import { dataOf } from '../../../renderer/components/dashboard/chart-options';
import { chartsOf, type Chart } from '../../../renderer/dashboard/charts';
import { csvOf } from '../../../renderer/dashboard/table';
import { showLanguage } from '../../../renderer/i18n';
import type { ProjectStatistics, WorkPeriod } from '../../../shared/domain';

const NO_MASKS = { proposed: 0, accepted: 0, corrected: 0, rejected: 0, drawn: 0, imported: 0, propagated: 0 };
const time = '2026-11-28T12:00:00.000Z';
const period = (accepted: number, corrected: number, rejected: number): WorkPeriod => ({
  ...{ from: time, to: time, frames: 50, timed: 0, medianSeconds: null, clicks: 1.23456, strokes: 0 },
  ...{ accepted, corrected, rejected },
});

const statistics: ProjectStatistics = {
  frames: { unopened: 0, proposed: 0, corrected: 0, accepted: 100, rejected: 0, failed: 0 },
  reviewed: 100,
  labels: [{ labelId: 7, masks: { ...NO_MASKS, accepted: 3, proposed: 2, deleted: 9 } }],
  days: [],
  fifties: [period(6, 3, 1), period(0, 0, 0)],
  heads: [
    {
      ...{ labelId: 7, version: 'v1', judged: 10, rejected: 1, dice: 0.9 },
      atRandom: { judged: 0, rejected: 0, dice: null },
    },
  ],
  medianSeconds: null,
  activeSeconds: 0,
};

const charts = (name = 'cyst'): Map<string, Chart> =>
  new Map(chartsOf(statistics, 'fifties', () => name).map((chart) => [chart.id, chart]));

describe('charts', () => {
  it('stack shares of what became of proposals, the highest first; nothing judged is no share', () => {
    showLanguage('en');
    const [x, ...stacks] = dataOf(charts().get('proposals')!);
    expect(x).toEqual([0, 1]);
    expect(stacks).toEqual([
      [1, 0],
      [expect.closeTo(0.9), 0],
      [expect.closeTo(0.6), 0],
    ]);
  });

  it('show frames drawn at random apart from all, with how many they are', () => {
    const quality = charts().get('quality-7')!;
    expect(quality.series.map(({ values }) => values)).toEqual([[null], [0.9]]);
    expect(quality.remarks).toEqual(['n 0 of 10']);
  });

  it('leave deleted masks out', () => {
    const drawn = dataOf(charts().get('progress')!)[1];
    expect(drawn).toEqual([5]);
  });

  it('are named in the language shown', () => {
    showLanguage('zh-CN');
    expect(charts().get('proposals')!.title).toBe('建议的处理结果');
    showLanguage('en');
  });
});

describe('a CSV file', () => {
  it('has a mark, quoted names, plain numbers, and nothing where nothing is known', () => {
    expect(csvOf(charts('a "b", c').get('progress')!).split('\r\n')[1]).toBe('"a ""b"", c",3,0,0,2,0,0,0');
    expect(csvOf(charts().get('time-per-image')!).split('\r\n')[1]).toBe('1–50,,50,0');
    expect(csvOf(charts().get('clicks-per-image')!)).toMatch(
      /^\ufeffImages,Clicks and boxes,.*\r\n1–50,1.2346,0,50\r\n/,
    );
  });

  it('never holds a formula', () => {
    expect(csvOf(charts('=1+1').get('progress')!)).toContain("'=1+1,3");
  });
});
