/** A chart as a table, and as a CSV file that spreadsheets read: commas, dots, UTF-8 with a mark. */
import type { Chart } from './charts';

export type Cell = string | number | null;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

const BYTE_ORDER_MARK = '\ufeff';

export function tableOf({ heading, categories, series, further }: Chart): Table {
  const drawn = [...series, ...further];
  return {
    columns: [heading, ...drawn.map(({ name }) => name)],
    rows: categories.map((category, i) => [category, ...drawn.map(({ values }) => values[i] ?? null)]),
  };
}

export function csvOf(chart: Chart): string {
  const { columns, rows } = tableOf(chart);
  return BYTE_ORDER_MARK + [columns, ...rows].map((row) => `${row.map(field).join(',')}\r\n`).join('');
}

/** A name that a spreadsheet would take for a formula is marked as text. */
function field(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(Number(cell.toFixed(4)));
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
