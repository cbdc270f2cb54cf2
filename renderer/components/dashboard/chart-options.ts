/** A chart of the dashboard as uPlot draws it: stacks from the highest down, shares of each stack, or lines. */
import uPlot from 'uplot';
import type { Chart, ChartSeries } from '../../dashboard/charts';
import { PALETTES } from '../../theme';
import type { Theme } from '../../../shared/ipc';

/** Places are counted: no ticks between them. */
const WHOLE_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];
/** What is noise shall not look like a step. */
const LEAST_DICE_RANGE = 0.2;
const MOST_LETTERS = 14;

export interface ChartLook {
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  readonly fontPx: number;
  readonly fontFamily: string;
}

export function dataOf({ kind, categories, series }: Chart): uPlot.AlignedData {
  const x = categories.map((_, i) => i);
  if (kind === 'lines') return [x, ...series.map(({ values }) => [...values])];
  const sums = categories.map((_, i) => sumAt(series, i));
  const whole = kind === 'shares' ? sums.map((sum) => sum || 1) : sums.map(() => 1);
  const stacked = series.map((_, k) => categories.map((__, i) => sumAt(series.slice(0, k + 1), i) / (whole[i] ?? 1)));
  // The highest first: the lower ones are drawn over it.
  return [x, ...stacked.toReversed()];
}

function sumAt(series: readonly ChartSeries[], i: number): number {
  return series.reduce((sum, { values }) => sum + (values[i] ?? 0), 0);
}

export function optionsOf(chart: Chart, look: ChartLook): uPlot.Options {
  const colours = PALETTES[look.theme];
  const { fontPx } = look;
  const axis = { font: `${fontPx}px ${look.fontFamily}`, stroke: colours.textMuted, ticks: { show: false } };
  const lines = chart.kind === 'lines';
  const last = chart.categories.length - 1;
  return {
    width: look.width,
    height: look.height,
    padding: [fontPx, fontPx, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false, range: [-0.5, last + 0.5] }, y: { range: rangeOf(chart) } },
    axes: [
      {
        ...axis,
        grid: { show: false },
        gap: fontPx / 2,
        size: fontPx * (chart.remarks ? 3.6 : 2.2),
        incrs: WHOLE_STEPS,
        space: 8 * fontPx,
        values: (_, ticks) => ticks.map((tick) => placeName(chart, tick)),
      },
      {
        ...axis,
        gap: 4,
        size: 4.2 * fontPx,
        grid: { stroke: colours.line, width: 1 },
        // Counts have no halves, where nothing is drawn but counts.
        ...(chart.kind === 'stacks' && { incrs: WHOLE_STEPS }),
        values: (_, ticks) => ticks.map((tick) => valueText(chart, tick)),
      },
    ],
    series: [
      {},
      ...(lines
        ? chart.series.map((series) => lineOf(series, colours[series.colour]))
        : chart.series.toReversed().map(({ colour }) => barOf(colours[colour], colours.raised))),
    ],
  };
}

function lineOf({ faint = false }: ChartSeries, stroke: string): uPlot.Series {
  const points = { show: true, size: faint ? 5 : 8, fill: stroke };
  return { stroke, width: faint ? 1.5 : 2.5, ...(faint && { dash: [4, 4] }), spanGaps: true, points };
}

function barOf(fill: string, edge: string): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.6, 72] });
  return { fill, stroke: edge, width: 1, points: { show: false }, ...(paths && { paths }) };
}

function rangeOf({ scale }: Chart): uPlot.Range.Function {
  return (_, low, high) => {
    if (scale === 'share') return [0, 1];
    if (scale === 'count') return [0, Math.max(1, (high ?? 1) * 1.08)];
    return [Math.max(0, Math.min(1 - LEAST_DICE_RANGE, Math.floor(((low ?? 0) - 0.02) * 10) / 10)), 1];
  };
}

function valueText({ scale }: Chart, value: number): string {
  if (scale === 'share') return `${Math.round(value * 100)} %`;
  return scale === 'dice' ? value.toFixed(2) : String(Number(value.toFixed(2)));
}

function placeName({ categories, remarks }: Chart, place: number): string {
  const name = categories[place];
  if (name === undefined) return '';
  const short = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
  const remark = remarks?.[place];
  return remark === undefined ? short : `${short}\n${remark}`;
}
