/** The dashboard's charts as data, in the language shown now: what is drawn, written into tables and exported. Draws nothing. */
import type { HeadQuality, LabelId, MaskState, ProjectStatistics, WorkPeriod } from '../../shared/domain';
import { i18n } from '../i18n';
import { labelText } from '../i18n/label-names';
import type { PaletteColour } from '../theme';

export interface ChartSeries {
  readonly name: string;
  readonly colour: PaletteColour;
  /** One a category; null where nothing is known. */
  readonly values: readonly (number | null)[];
  /** Of less weight than the others. */
  readonly faint?: boolean;
}

export interface Chart {
  /** Also the name of its files. */
  readonly id: string;
  readonly title: string;
  readonly note: string;
  /** `stacks` of counts, `shares` of each stack's sum, `lines`. */
  readonly kind: 'stacks' | 'shares' | 'lines';
  /** `dice`: up to 1, whatever the lowest. */
  readonly scale: 'count' | 'share' | 'dice';
  /** What the categories are. */
  readonly heading: string;
  readonly categories: readonly string[];
  /** What stands below a category. */
  readonly remarks?: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Columns of the table that are not drawn. */
  readonly further: readonly Pick<ChartSeries, 'name' | 'values'>[];
}

export type Grouping = 'days' | 'fifties';

const FIFTY = 50;

/** Deleted masks are none any more. */
const MASK_STATES: readonly (readonly [Exclude<MaskState, 'deleted'>, PaletteColour])[] = [
  ['accepted', 'good'],
  ['corrected', 'warning'],
  ['drawn', 'accent'],
  ['proposed', 'proposed'],
  ['propagated', 'edge'],
  ['imported', 'textMuted'],
  ['rejected', 'bad'],
];

/** @param nameOf a label as it is stored */
export function chartsOf(
  statistics: ProjectStatistics,
  grouping: Grouping,
  nameOf: (labelId: LabelId) => string,
): Chart[] {
  const periods = statistics[grouping];
  const labels = [...new Set(statistics.heads.map(({ labelId }) => labelId))];
  const shown = (labelId: LabelId): string => labelText(nameOf(labelId));
  return [
    ...(statistics.labels.length > 0 ? [progress(statistics, shown)] : []),
    ...(periods.length > 0 ? overTime(periods, grouping) : []),
    ...labels.map((labelId) =>
      quality(
        shown(labelId),
        labelId,
        statistics.heads.filter((head) => head.labelId === labelId),
      ),
    ),
  ];
}

function progress({ labels }: ProjectStatistics, nameOf: (labelId: LabelId) => string): Chart {
  const { t } = i18n.global;
  return {
    id: 'progress',
    title: t('dashboard.progress.title'),
    note: t('dashboard.progress.note'),
    kind: 'stacks',
    scale: 'count',
    heading: t('dashboard.label'),
    categories: labels.map(({ labelId }) => nameOf(labelId)),
    series: MASK_STATES.map(([state, colour]) => ({
      name: t(`state.${state}`),
      colour,
      values: labels.map(({ masks }) => masks[state]),
    })),
    further: [],
  };
}

function overTime(periods: readonly WorkPeriod[], grouping: Grouping): Chart[] {
  const { t } = i18n.global;
  const column = (of: (period: WorkPeriod) => number | null): (number | null)[] => periods.map(of);
  const common = {
    heading: t(grouping === 'days' ? 'dashboard.day' : 'dashboard.images'),
    categories: periods.map((period, i) => (grouping === 'days' ? dayText(period.from) : fiftyText(period, i))),
  };
  const frames = { name: t('dashboard.images'), values: column(({ frames }) => frames) };
  return [
    {
      id: 'time-per-image',
      title: t('dashboard.duration.title'),
      note: t('dashboard.duration.note'),
      ...{ kind: 'lines', scale: 'count', ...common },
      series: [
        {
          name: t('dashboard.duration.series'),
          colour: 'accent',
          values: column(({ medianSeconds }) => medianSeconds),
        },
      ],
      further: [frames, { name: t('dashboard.timed'), values: column(({ timed }) => timed) }],
    },
    {
      id: 'proposals',
      title: t('dashboard.acceptance.title'),
      note: t('dashboard.acceptance.note'),
      ...{ kind: 'shares', scale: 'share', ...common },
      series: [
        { name: t('dashboard.acceptance.accepted'), colour: 'good', values: column(({ accepted }) => accepted) },
        { name: t('dashboard.acceptance.corrected'), colour: 'warning', values: column(({ corrected }) => corrected) },
        { name: t('dashboard.acceptance.rejected'), colour: 'bad', values: column(({ rejected }) => rejected) },
      ],
      further: [frames],
    },
    {
      id: 'clicks-per-image',
      title: t('dashboard.effort.title'),
      note: t('dashboard.effort.note'),
      ...{ kind: 'lines', scale: 'count', ...common },
      series: [
        { name: t('dashboard.effort.clicks'), colour: 'accent', values: column(({ clicks }) => clicks) },
        {
          name: t('dashboard.effort.strokes'),
          colour: 'warning',
          values: column(({ strokes }) => strokes),
          faint: true,
        },
      ],
      further: [frames],
    },
  ];
}

function quality(label: string, labelId: LabelId, heads: readonly HeadQuality[]): Chart {
  const { t, n } = i18n.global;
  return {
    id: `quality-${labelId}`,
    title: t('dashboard.quality.title', { label }),
    note: t('dashboard.quality.note'),
    kind: 'lines',
    scale: 'dice',
    heading: t('dashboard.version'),
    categories: heads.map(({ version }) => version ?? '–'),
    remarks: heads.map(({ judged, atRandom }) =>
      t('dashboard.quality.numbers', { random: n(atRandom.judged), all: n(judged) }),
    ),
    series: [
      { name: t('dashboard.quality.random'), colour: 'accent', values: heads.map(({ atRandom }) => atRandom.dice) },
      { name: t('dashboard.quality.all'), colour: 'textMuted', values: heads.map(({ dice }) => dice), faint: true },
    ],
    further: [
      { name: t('dashboard.quality.judgedRandom'), values: heads.map(({ atRandom }) => atRandom.judged) },
      { name: t('dashboard.quality.rejectedRandom'), values: heads.map(({ atRandom }) => atRandom.rejected) },
      { name: t('dashboard.quality.judgedAll'), values: heads.map(({ judged }) => judged) },
      { name: t('dashboard.quality.rejectedAll'), values: heads.map(({ rejected }) => rejected) },
    ],
  };
}

function dayText(iso: string): string {
  const format = new Intl.DateTimeFormat(i18n.global.locale.value, { month: 'short', day: 'numeric' });
  return format.format(new Date(iso));
}

function fiftyText({ frames }: WorkPeriod, index: number): string {
  return `${index * FIFTY + 1}–${index * FIFTY + frames}`;
}
