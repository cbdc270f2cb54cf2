/** Tables for spreadsheets: commas, a dot for decimals, UTF-8 with a mark, so that they read names. */

export type CsvValue = string | number | null;
export type CsvRow = Readonly<Record<string, CsvValue>>;

const BYTE_ORDER_MARK = '\ufeff';

/** A line of names, those of the first row, and a line a row; nothing but the mark without rows. */
export function csvTable(rows: readonly CsvRow[]): string {
  const [first] = rows;
  const lines = first ? [Object.keys(first), ...rows.map((row) => Object.values(row))] : [];
  return BYTE_ORDER_MARK + lines.map(line).join('');
}

function line(cells: readonly CsvValue[]): string {
  return `${cells.map(cell).join(',')}\r\n`;
}

/** A name that begins like a formula would be one in a spreadsheet. */
function cell(value: CsvValue): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(Number(value.toFixed(4)));
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
